#include "tests/unit/migrations_history/histories.hpp"

namespace pgdrill::migrations {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;

constexpr char const* tables =
    "CREATE TABLE schema_migrations (version varchar NOT NULL PRIMARY KEY);"
    "CREATE TABLE ar_internal_metadata (key varchar NOT NULL PRIMARY KEY, value varchar, created_at "
    "timestamp(6) NOT NULL, "
    "updated_at timestamp(6) NOT NULL);"
    "INSERT INTO schema_migrations VALUES ('20240101000000'), ('20240301000000');";

TEST(Rails, ItsMetadataTellItFromDbmate) {
  auto found = history_after("rails", tables);
  EXPECT_EQ(version_of(found.history.last(RunState::applied)), "20240301000000");
  auto const comparison = compare_with(found, sources({{"20240101000000_orders.rb", ""},
                                                       {"20240201000000_total.rb", ""},
                                                       {"20240301000000_index.rb", ""},
                                                       {"20240401000000_more.rb", ""}}));
  EXPECT_THAT(pending_versions(comparison), ElementsAre("20240201000000", "20240401000000"));
  EXPECT_THAT(said(comparison.findings), ElementsAre("note gap migration 20240201000000 (total)"));
}

}  // namespace
}  // namespace pgdrill::migrations
