#include "tests/unit/migrations_history/histories.hpp"

namespace pgdrill::migrations {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;

constexpr char const* tables = R"(
CREATE TABLE _yoyo_migration (migration_hash varchar(64), migration_id varchar(255), applied_at_utc timestamp, PRIMARY KEY (migration_hash));
CREATE TABLE _yoyo_log (id varchar(36), migration_hash varchar(64), migration_id varchar(255), operation varchar(10), username varchar(255), hostname varchar(255), comment varchar(255), created_at_utc timestamp, PRIMARY KEY (id));
CREATE TABLE _yoyo_version (version int NOT NULL PRIMARY KEY, installed_at_utc timestamp);
CREATE TABLE yoyo_lock (locked int DEFAULT 1, ctime timestamp, pid int NOT NULL, PRIMARY KEY (locked));
INSERT INTO _yoyo_migration VALUES ('a', '0001.orders', now());
)";

TEST(Yoyo, ALockRowIsSaidAndBroken) {
  auto const sql = std::string(tables) + "INSERT INTO yoyo_lock VALUES (1, now(), 4711)";
  auto const database = test::PostgresServer::shared().fresh_database(sql);
  auto found = history_after("yoyo", sql);
  EXPECT_THAT(
      pending_versions(compare_with(
          found,
          sources({{"0001.orders.sql", ""}, {"0001.orders.rollback.sql", ""}, {"0002.total.py", ""}}))),
      ElementsAre("0002.total"));
  ASSERT_THAT(said(found.history.findings), ElementsAre("problem stale-lock table public.yoyo_lock"));
  EXPECT_THAT(found.history.findings[0].message, HasSubstr("4711"));
  carry_out(database, found.history.findings[0].undo);
  EXPECT_EQ(test::query_value(database, "SELECT count(*) FROM yoyo_lock"), "0");
}

}  // namespace
}  // namespace pgdrill::migrations
