#include "tests/unit/migrations_half_applied/half_applied.hpp"

namespace pgdrill::migrations {
namespace {

using testing::HasSubstr;
using testing::IsEmpty;

State const state{.detector = "unattached-partition-index",
                  .base =
                      "CREATE TABLE m (id int NOT NULL, x int) PARTITION BY RANGE (id); CREATE TABLE m_1 "
                      "PARTITION OF m FOR VALUES FROM (0) TO (10); "
                      "CREATE TABLE m_2 PARTITION OF m FOR VALUES FROM (10) TO (20); INSERT INTO m SELECT i, "
                      "i FROM generate_series(0, 19) i",
                  .made_by = {"CREATE UNIQUE INDEX m_id ON ONLY m (id)",
                              "CREATE UNIQUE INDEX CONCURRENTLY m_1_id ON m_1 (id)",
                              "ALTER INDEX m_id ATTACH PARTITION m_1_id"}};

TEST(UnattachedPartitionIndex, TheRestIsBuiltAndAttached) {
  auto const database = make(state);
  EXPECT_THAT(found_by(state.detector, database)[0].message, HasSubstr("public.m_2"));
  finish(state, database);
  EXPECT_EQ(
      test::query_value(database, "SELECT indisvalid FROM pg_index WHERE indexrelid = 'm_id'::regclass"),
      "t");
}

TEST(UnattachedPartitionIndex, OrTheParentIsDropped) { undo(state, make(state)); }

}  // namespace
}  // namespace pgdrill::migrations
