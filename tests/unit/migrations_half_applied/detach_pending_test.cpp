#include "tests/unit/migrations_half_applied/half_applied.hpp"

namespace pgdrill::migrations {
namespace {

using testing::HasSubstr;
using testing::IsEmpty;

State const state{.detector = "detach-pending",
                  .base =
                      "CREATE TABLE m (id int NOT NULL, x int) PARTITION BY RANGE (id); CREATE TABLE m_1 "
                      "PARTITION OF m FOR VALUES FROM (0) TO (10); "
                      "INSERT INTO m SELECT i, i FROM generate_series(0, 9) i"};

postgres::ConnectionParameters half_detached() {
  auto database = make(state);
  cut_off(database, "SELECT count(*) FROM m", "ALTER TABLE m DETACH PARTITION m_1 CONCURRENTLY");
  EXPECT_EQ(test::query_value(database, "SELECT count(*) FROM m"), "0");
  return database;
}

TEST(DetachPending, Finishes) {
  auto const database = half_detached();
  finish(state, database);
  EXPECT_EQ(test::query_value(database, "SELECT count(*) FROM m_1"), "10");
}

TEST(DetachPending, OrIsAttachedAgainWithItsBounds) {
  auto const database = half_detached();
  undo(state, database);
  EXPECT_EQ(test::query_value(database, "SELECT count(*) FROM m"), "10");
}

}  // namespace
}  // namespace pgdrill::migrations
