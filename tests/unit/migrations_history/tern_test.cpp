#include "tests/unit/migrations_history/histories.hpp"

namespace pgdrill::migrations {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;

TEST(Tern, OneNumberStandsForAllBelowIt) {
  auto found = history_after(
      "tern",
      "CREATE TABLE public.schema_version (version int4 NOT NULL); INSERT INTO schema_version VALUES (2)");
  EXPECT_THAT(pending_versions(
                  compare_with(found, sources({{"001_a.sql", ""}, {"002_b.sql", ""}, {"003_c.sql", ""}}))),
              ElementsAre("3"));
}

TEST(Tern, AnEmptyTableOfAnotherNameIsNone) {
  EXPECT_THAT(histories_after("CREATE TABLE counters (version int4 NOT NULL)").found, IsEmpty());
}

}  // namespace
}  // namespace pgdrill::migrations
