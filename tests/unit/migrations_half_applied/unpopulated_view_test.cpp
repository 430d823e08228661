#include "tests/unit/migrations_half_applied/half_applied.hpp"

namespace pgdrill::migrations {
namespace {

using testing::HasSubstr;
using testing::IsEmpty;

State const state{.detector = "unpopulated-view",
                  .base = "CREATE TABLE t (id int)",
                  .made_by = {"CREATE MATERIALIZED VIEW v AS SELECT * FROM t WITH NO DATA"}};

TEST(UnpopulatedView, IsFilledOrDropped) {
  auto const database = make(state);
  finish(state, database);
  EXPECT_EQ(test::query_value(database, "SELECT count(*) FROM v"), "0");
  undo(state, make(state));
}

}  // namespace
}  // namespace pgdrill::migrations
