#include "tests/unit/migrations_history/histories.hpp"

namespace pgdrill::migrations {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;

constexpr char const* tables =
    "CREATE TABLE databasechangelog (id varchar(255) NOT NULL, author varchar(255) NOT NULL, filename "
    "varchar(255) NOT NULL, "
    "dateexecuted timestamp NOT NULL, orderexecuted integer NOT NULL, exectype varchar(10) NOT NULL, md5sum "
    "varchar(35), "
    "description varchar(255), comments varchar(255), tag varchar(255), liquibase varchar(20), contexts "
    "varchar(255), labels "
    "varchar(255), deployment_id varchar(10));"
    "CREATE TABLE databasechangeloglock (id integer NOT NULL, locked boolean NOT NULL, lockgranted "
    "timestamp, lockedby "
    "varchar(255), PRIMARY KEY (id));"
    "INSERT INTO databasechangelog VALUES ('1', 'anna', 'db/changelog.xml', '2026-01-01', 1, 'EXECUTED', "
    "'9:00'), "
    "('2', 'anna', 'db/changelog.xml', '2026-01-02', 2, 'MARK_RAN', '9:00');";

constexpr char const* xml = R"(<?xml version="1.0"?>
<databaseChangeLog xmlns="http://www.liquibase.org/xml/ns/dbchangelog">
  <changeSet id="1" author="anna"><sql>SELECT 1</sql></changeSet>
  <changeSet id="2" author="anna"/>
  <changeSet id="2" author="ben"/>
</databaseChangeLog>)";

TEST(Liquibase, ReadsRunsAndMatchesChangesetsOfAllFormats) {
  auto found = history_after("liquibase", tables);
  EXPECT_EQ(version_of(found.history.last(RunState::applied)), "db/changelog.xml::1::anna");
  auto const comparison = compare_with(
      found,
      sources({{"resources/db/changelog.xml", xml},
               {"more.sql",
                "--liquibase formatted sql\n\n--changeset carl:s1 runInTransaction:false\nSELECT 1;\n"},
               {"more.yaml", "databaseChangeLog:\n- changeSet:\n    id: y1\n    author: carl\n"},
               {"more.json", R"({"databaseChangeLog": [{"changeSet": {"id": "j1", "author": "carl"}}]})"},
               {"other.yaml", "a: [1, 2"},
               {"plain.sql", "--changeset carl:none\n"}}));
  EXPECT_THAT(pending_versions(comparison),
              ElementsAre("more.json::j1::carl", "more.sql::s1::carl", "more.yaml::y1::carl",
                          "resources/db/changelog.xml::2::ben"));
  EXPECT_THAT(comparison.findings, IsEmpty());
}

TEST(Liquibase, AFailedChangesetIsSaidAndBothWaysOutMendIt) {
  auto const sql =
      std::string(tables) +
      "INSERT INTO databasechangelog (id, author, filename, dateexecuted, orderexecuted, exectype) VALUES "
      "('it''s', 'ann', 'f.xml', '2026-01-09', 9, 'FAILED')";
  for (bool const finish : {true, false}) {
    auto const database = test::PostgresServer::shared().fresh_database(sql);
    auto const found = history_after("liquibase", sql);
    EXPECT_EQ(version_of(found.history.last_failure()), "f.xml::it's::ann");
    ASSERT_THAT(said(found.history.findings),
                ElementsAre("problem dirty-history table public.databasechangelog"));
    carry_out(database, finish ? found.history.findings[0].finish : found.history.findings[0].undo);
    EXPECT_EQ(test::query_value(database,
                                "SELECT coalesce(max(exectype), 'none') FROM databasechangelog "
                                "WHERE id = 'it''s'"),
              finish ? "EXECUTED" : "none");
  }
}

TEST(Liquibase, AHeldLockIsSaidAndReleased) {
  auto const sql = std::string(tables) +
                   "INSERT INTO databasechangeloglock VALUES (1, true, '2026-01-01', 'ci (10.0.0.7)')";
  auto const database = test::PostgresServer::shared().fresh_database(sql);
  auto const found = history_after("liquibase", sql);
  ASSERT_THAT(said(found.history.findings),
              ElementsAre("problem stale-lock table public.databasechangeloglock"));
  EXPECT_THAT(found.history.findings[0].message, HasSubstr("ci (10.0.0.7)"));
  carry_out(database, found.history.findings[0].finish);
  EXPECT_EQ(test::query_value(
                database, "SELECT count(*) FROM databasechangeloglock WHERE NOT locked AND lockedby IS NULL"),
            "1");
}

// What Liquibase 4.31.1 wrote for these changesets.
TEST(Liquibase, TheChecksumOfFormattedSqlIsThatOfLiquibase) {
  auto const files = find_tool("liquibase")->files(sources({{"changelog.sql", R"(--liquibase formatted sql

--changeset anna:1
CREATE TABLE orders (
  id int primary key,   -- the key
  total int
);

--changeset anna:2 runInTransaction:false splitStatements:true
CREATE TABLE b (x int);
/* a comment */ ALTER TABLE orders ADD COLUMN paid boolean;

--changeset ben:s3 stripComments:false endDelimiter:GO
SELECT   1
GO
--rollback SELECT 2
)"}}));
  ASSERT_EQ(files.size(), 3U);
  EXPECT_EQ(files[0].checksum, "9:ebc702a28280a09cde576f9ec0110b72");
  EXPECT_EQ(files[1].checksum, "9:d6914d83cfc082cb2b313dc91a5b541d");
  EXPECT_EQ(files[2].checksum, "9:a2f97b82e40b72220296059e2e6d67da");
}

TEST(Liquibase, AChangesetOfNoFileIsMissing) {
  auto found = history_after("liquibase", tables);
  EXPECT_THAT(
      said(compare_with(
               found, sources({{"changelog.xml",
                                "<databaseChangeLog><changeSet id='1' author='anna'/></databaseChangeLog>"}}))
               .findings),
      ElementsAre("problem missing-file migration db/changelog.xml::2::anna (2)"));
}

}  // namespace
}  // namespace pgdrill::migrations
