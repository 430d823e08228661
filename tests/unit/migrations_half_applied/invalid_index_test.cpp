#include "tests/unit/migrations_half_applied/half_applied.hpp"

namespace pgdrill::migrations {
namespace {

using testing::HasSubstr;
using testing::IsEmpty;

State const duplicates{
    .detector = "invalid-index",
    .base = "CREATE TABLE t (id int, x int); INSERT INTO t SELECT i, i / 2 FROM generate_series(1, 10) i",
    .made_by = {"!CREATE UNIQUE INDEX CONCURRENTLY t_x ON t (x)"},
    .mends = {"DELETE FROM t WHERE id % 2 = 1"}};

TEST(InvalidIndex, ABuildThatFoundDuplicates) {
  finish(duplicates, make(duplicates));
  undo(duplicates, make(duplicates));
}

TEST(InvalidIndex, ARetryWithIfNotExistsSucceedsAndLeavesItInvalid) {
  State state = duplicates;
  state.made_by.push_back("CREATE UNIQUE INDEX CONCURRENTLY IF NOT EXISTS t_x ON t (x)");
  EXPECT_THAT(found_by("invalid-index", make(state))[0].finish.advice, HasSubstr("IF NOT EXISTS"));
}

State const base_table{.detector = "invalid-index",
                       .base =
                           "CREATE TABLE t (id int, x int); INSERT INTO t SELECT i, i FROM "
                           "generate_series(1, 10) i; CREATE INDEX t_id ON t (id)"};

TEST(InvalidIndex, ABuildThatWasCutOffWhileItWaited) {
  for (bool const forward : {true, false}) {
    auto const database = make(base_table);
    cut_off(database, "LOCK TABLE t IN ROW EXCLUSIVE MODE", "CREATE INDEX CONCURRENTLY t_x ON t (x)");
    forward ? finish(base_table, database) : undo(base_table, database);
    EXPECT_EQ(test::query_value(database, "SELECT count(*) FROM pg_indexes WHERE indexname = 't_x'"),
              forward ? "1" : "0");
  }
}

TEST(InvalidIndex, TheCopyOfAReindexIsDroppedEitherWay) {
  auto const database = make(base_table);
  cut_off(database, "LOCK TABLE t IN ROW EXCLUSIVE MODE", "REINDEX INDEX CONCURRENTLY t_id");
  EXPECT_THAT(found_by("invalid-index", database)[0].object, HasSubstr("_ccnew"));
  finish(base_table, database);
  EXPECT_EQ(
      test::query_value(database, "SELECT string_agg(indexname, ' ') FROM pg_indexes WHERE tablename = 't'"),
      "t_id");
}

TEST(InvalidIndex, ADropThatWasCutOff) {
  auto const database = make(base_table);
  cut_off(database, "SELECT FROM t WHERE id = 1", "DROP INDEX CONCURRENTLY t_id");
  undo(base_table, database);
  EXPECT_EQ(test::query_value(database, "SELECT count(*) FROM pg_indexes WHERE tablename = 't'"), "0");
}

}  // namespace
}  // namespace pgdrill::migrations
