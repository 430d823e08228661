#include "tests/unit/migrations_history/histories.hpp"

namespace pgdrill::migrations {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;

constexpr char const* table =
    "CREATE TABLE _sqlx_migrations (version bigint PRIMARY KEY, description text NOT NULL, installed_on "
    "timestamptz NOT NULL DEFAULT now(), success boolean "
    "NOT NULL, checksum bytea NOT NULL, execution_time bigint NOT NULL);";

TEST(Sqlx, TheChecksumIsSha384) {
  auto const sql =
      std::string(table) +
      "INSERT INTO _sqlx_migrations VALUES (1, 'orders', now(), true, sha384('SELECT 1'::bytea), 5)";
  auto found = history_after("sqlx", sql);
  EXPECT_THAT(compare_with(found, sources({{"0001_orders.sql", "SELECT 1"}})).findings, IsEmpty());
  EXPECT_THAT(
      said(compare_with(found, sources({{"0001_orders.up.sql", "SELECT 2"}, {"0001_orders.down.sql", ""}}))
               .findings),
      ElementsAre("problem changed-checksum migration 1 (orders)"));
}

TEST(Sqlx, AMissingExecutionTimeTellsADeadProcess) {
  auto const found = history_after(
      "sqlx", std::string(table) + "INSERT INTO _sqlx_migrations VALUES (1, 'orders', now(), true, '', -1)");
  EXPECT_THAT(said(found.history.findings),
              ElementsAre("warning dirty-history table public._sqlx_migrations"));
}

}  // namespace
}  // namespace pgdrill::migrations
