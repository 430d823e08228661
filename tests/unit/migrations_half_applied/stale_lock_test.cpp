#include "tests/unit/migrations_half_applied/half_applied.hpp"

namespace pgdrill::migrations {
namespace {

using testing::HasSubstr;
using testing::IsEmpty;

State const state{.detector = "stale-lock",
                  .base =
                      "CREATE TABLE knex_migrations (id serial PRIMARY KEY, name varchar(255), batch "
                      "integer, migration_time timestamptz); "
                      "CREATE TABLE knex_migrations_lock (index serial PRIMARY KEY, is_locked integer); "
                      "INSERT INTO knex_migrations_lock (is_locked) VALUES (0)",
                  .made_by = {"UPDATE knex_migrations_lock SET is_locked = 1"}};

TEST(StaleLock, IsReleased) {
  for (bool const forward : {true, false}) {
    auto const database = make(state);
    forward ? finish(state, database) : undo(state, database);
    EXPECT_EQ(test::query_value(database, "SELECT sum(is_locked) FROM knex_migrations_lock"), "0");
  }
}

}  // namespace
}  // namespace pgdrill::migrations
