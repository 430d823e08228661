#include "tests/unit/migrations_half_applied/half_applied.hpp"

namespace pgdrill::migrations {
namespace {

using testing::HasSubstr;

State const state{.detector = "prepared-transaction",
                  .base = "CREATE TABLE t (id int)",
                  .made_by = {"BEGIN; INSERT INTO t VALUES (1); PREPARE TRANSACTION 'step ''2'''"}};

TEST(PreparedTransaction, IsCommitted) {
  auto const database = make(state);
  EXPECT_THAT(found_by(state.detector, database)[0].message, HasSubstr("RowExclusiveLock on public.t"));
  finish(state, database);
  EXPECT_EQ(test::query_value(database, "SELECT count(*) FROM t"), "1");
}

TEST(PreparedTransaction, OrRolledBack) {
  auto const database = make(state);
  undo(state, database);
  EXPECT_EQ(test::query_value(database, "SELECT count(*) FROM t"), "0");
}

}  // namespace
}  // namespace pgdrill::migrations
