#include "tests/unit/migrations_history/histories.hpp"

namespace pgdrill::migrations {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;

std::string table(std::string const& name = "flyway_schema_history") {
  return "CREATE TABLE " + name +
         " (installed_rank integer NOT NULL, version varchar(50), description varchar(200) NOT NULL, type "
         "varchar(20) NOT "
         "NULL, script varchar(1000) NOT NULL, checksum integer, installed_by varchar(100) NOT NULL, "
         "installed_on timestamp "
         "NOT NULL DEFAULT now(), execution_time integer NOT NULL, success boolean NOT NULL);"
         "ALTER TABLE " +
         name + " ADD CONSTRAINT " + name + "_pk PRIMARY KEY (installed_rank);";
}

std::string row(int rank, std::string const& version, std::string const& script, std::string const& checksum,
                bool success = true, std::string const& type = "SQL") {
  return "INSERT INTO flyway_schema_history (installed_rank, version, description, type, script, checksum, "
         "installed_by, "
         "execution_time, success) VALUES (" +
         std::to_string(rank) + ", " + version + ", 'x', '" + type + "', '" + script + "', " + checksum +
         ", 'app', 1, " + (success ? "true" : "false") + ");";
}

constexpr char const* content = "CREATE TABLE a (x int);\n";

// What Flyway 11.8.2 wrote for these files.
TEST(Flyway, TheChecksumIsThatOfFlyway) {
  auto const files = find_tool("flyway")->files(sources(
      {{"V1__a.sql", content},
       {"V1.2__b.sql", "CREATE TABLE b (x int);\r\nALTER TABLE a ADD COLUMN y text; -- \xc3\xa9\r\n"}}));
  ASSERT_EQ(files.size(), 2U);
  EXPECT_EQ(files[0].checksum, "982688833");  // V1.2 sorts first
  EXPECT_EQ(files[1].checksum, "-1021620224");
}

TEST(Flyway, ReadsVersionsAndTellsThemFromTheFiles) {
  auto found = history_after(
      "flyway", table() + row(1, "'1'", "V1__a.sql", "NULL") + row(2, "'1.2'", "V1_2__b.sql", "NULL"));
  EXPECT_EQ(version_of(found.history.last(RunState::applied)), "1.2");
  auto const comparison = compare_with(found, sources({{"V1__a.sql", ""},
                                                       {"V1_2__b.sql", ""},
                                                       {"V1.10__c.sql", ""},
                                                       {"U1__a.sql", ""},
                                                       {"R__views.sql", ""}}));
  EXPECT_THAT(pending_versions(comparison), ElementsAre("1.10", "R: views"));
  EXPECT_THAT(comparison.findings, IsEmpty());
}

TEST(Flyway, AChangedFileHasAnotherChecksumWhateverItsLineEnds) {
  auto const right = find_tool("flyway")->files(sources({{"V1__a.sql", content}}))[0].checksum;
  auto const history = table() + row(1, "'1'", "V1__a.sql", right);
  auto same = history_after("flyway", history);
  EXPECT_THAT(compare_with(same, sources({{"V1__a.sql",
                                           "\xEF\xBB\xBF"
                                           "CREATE TABLE a (x int);\r\n"}}))
                  .findings,
              IsEmpty());
  auto changed = history_after("flyway", history);
  auto const comparison = compare_with(changed, sources({{"V1__a.sql", "CREATE TABLE a (x bigint);\n"}}));
  EXPECT_THAT(said(comparison.findings), ElementsAre("problem changed-checksum migration 1 (V1__a.sql)"));
  EXPECT_THAT(comparison.pending, IsEmpty());
}

TEST(Flyway, AChangedRepeatableMigrationIsPending) {
  auto found = history_after("flyway", table() + row(1, "NULL", "R__x.sql", "12345"));
  auto const comparison = compare_with(found, sources({{"R__x.sql", "SELECT 1"}}));
  EXPECT_THAT(pending_versions(comparison), ElementsAre("R: x"));
  EXPECT_THAT(comparison.findings, IsEmpty());
}

TEST(Flyway, AFailureRowIsDirtyAndBothWaysOutMendIt) {
  auto const sql = table() + row(1, "'1'", "V1__a.sql", "1") + row(2, "'2'", "V2__b.sql", "2", false);
  for (bool const finish : {true, false}) {
    auto const database = test::PostgresServer::shared().fresh_database(sql);
    auto const found = history_after("flyway", sql);
    EXPECT_EQ(version_of(found.history.last(RunState::applied)), "1");
    EXPECT_EQ(version_of(found.history.last_failure()), "2");
    ASSERT_EQ(found.history.findings.size(), 1U);
    carry_out(database, finish ? found.history.findings[0].finish : found.history.findings[0].undo);
    EXPECT_EQ(
        test::query_value(database, "SELECT count(*) || ' ' || bool_and(success) FROM flyway_schema_history"),
        finish ? "2 true" : "1 true");
  }
}

TEST(Flyway, ABaselineCoversWhatLiesBelowIt) {
  auto found =
      history_after("flyway", table() + row(1, "'3'", "<< Flyway Baseline >>", "NULL", true, "BASELINE"));
  auto const comparison =
      compare_with(found, sources({{"V1__a.sql", ""}, {"V3__b.sql", ""}, {"V4__c.sql", ""}}));
  EXPECT_THAT(pending_versions(comparison), ElementsAre("4"));
  EXPECT_THAT(comparison.findings, IsEmpty());
}

TEST(Flyway, GapsAndOutOfOrderRunsAreSaid) {
  auto found =
      history_after("flyway", table() + row(1, "'1'", "V1__a.sql", "NULL") +
                                  row(2, "'3'", "V3__c.sql", "NULL") + row(3, "'2'", "V2__b.sql", "NULL"));
  EXPECT_THAT(said(check_order(*found.tool, found.history)),
              ElementsAre("note out-of-order migration 2 (V2__b.sql)"));
  auto const comparison = compare_with(found, sources({{"V1__a.sql", ""},
                                                       {"V1.5__x.sql", ""},
                                                       {"V2__b.sql", ""},
                                                       {"V3__c.sql", ""},
                                                       {"V3.0__d.sql", ""}}));
  EXPECT_THAT(said(comparison.findings),
              ElementsAre("problem duplicate-version migration 3", "warning gap migration 1.5 (x)"));
}

TEST(Flyway, IsToldByItsColumnsInAnySchemaUnderAnyName) {
  auto const histories =
      histories_after("CREATE SCHEMA \"Billing\"; SET search_path = \"Billing\";" + table("versions"));
  ASSERT_EQ(histories.found.size(), 1U);
  EXPECT_EQ(histories.found[0].table.text(), "Billing.versions");
  EXPECT_EQ(histories.found[0].tool->name, "flyway");
}

}  // namespace
}  // namespace pgdrill::migrations
