#include "tests/unit/migrations_history/histories.hpp"

namespace pgdrill::migrations {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;

constexpr char const* tables = R"(
CREATE TABLE knex_migrations (id serial PRIMARY KEY, name varchar(255), batch integer, migration_time timestamptz);
CREATE TABLE knex_migrations_lock (index serial PRIMARY KEY, is_locked integer);
INSERT INTO knex_migrations (name, batch, migration_time) VALUES ('20240101000000_orders.js', 1, now());
)";

constexpr char const* code = "exports.up = (knex) => knex.raw('select 1');";

TEST(Knex, CompiledFilesMatchTheirSources) {
  auto found =
      history_after("knex", std::string(tables) + "INSERT INTO knex_migrations_lock (is_locked) VALUES (0)");
  auto const comparison = compare_with(
      found,
      sources({{"20240101000000_orders.ts", code}, {"20240201000000_total.ts", code}, {"helpers.ts", code}}));
  EXPECT_THAT(pending_versions(comparison), ElementsAre("20240201000000_total"));
  EXPECT_THAT(comparison.findings, IsEmpty());
  EXPECT_THAT(found.history.findings, IsEmpty());
}

TEST(Knex, ATakenLockIsSaidAndReleased) {
  auto const sql = std::string(tables) + "INSERT INTO knex_migrations_lock (is_locked) VALUES (1)";
  auto const database = test::PostgresServer::shared().fresh_database(sql);
  auto const found = history_after("knex", sql);
  ASSERT_THAT(said(found.history.findings),
              ElementsAre("problem stale-lock table public.knex_migrations_lock"));
  carry_out(database, found.history.findings[0].finish);
  EXPECT_EQ(test::query_value(database, "SELECT sum(is_locked) FROM knex_migrations_lock"), "0");
}

}  // namespace
}  // namespace pgdrill::migrations
