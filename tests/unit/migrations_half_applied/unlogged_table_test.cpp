#include "tests/unit/migrations_half_applied/half_applied.hpp"

namespace pgdrill::migrations {
namespace {

using testing::HasSubstr;
using testing::IsEmpty;

State const state{.detector = "unlogged-table",
                  .base = "CREATE TABLE t (id int)",
                  .made_by = {"ALTER TABLE t SET UNLOGGED"}};

TEST(UnloggedTable, IsMadeLoggedAgain) {
  auto const database = make(state);
  finish(state, database);
  EXPECT_EQ(test::query_value(database, "SELECT relpersistence FROM pg_class WHERE relname = 't'"), "p");
}

}  // namespace
}  // namespace pgdrill::migrations
