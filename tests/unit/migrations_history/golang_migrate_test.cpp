#include "tests/unit/migrations_history/histories.hpp"

namespace pgdrill::migrations {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;

constexpr char const* table =
    "CREATE TABLE schema_migrations (version bigint NOT NULL PRIMARY KEY, dirty boolean NOT NULL);";

std::vector<SourceFile> const three = sources({{"1_orders.up.sql", ""},
                                               {"1_orders.down.sql", ""},
                                               {"2_total.up.sql", ""},
                                               {"2_total.down.sql", ""},
                                               {"3_index.up.sql", ""},
                                               {"readme.md", "3_ is the last"}});

TEST(GolangMigrate, OneRowStandsForAllVersionsUpToIt) {
  auto found =
      history_after("golang-migrate", std::string(table) + "INSERT INTO schema_migrations VALUES (2, false)");
  EXPECT_EQ(version_of(found.history.last(RunState::applied)), "2");
  EXPECT_EQ(found.history.last_failure(), nullptr);
  auto const comparison = compare_with(found, three);
  EXPECT_THAT(pending_versions(comparison), ElementsAre("3"));
  EXPECT_THAT(versions(found.history), ElementsAre("1", "2"));
  EXPECT_THAT(comparison.findings, IsEmpty());
}

TEST(GolangMigrate, OfSeveralRowsTheToolTakesAnyOne) {
  std::string const sql = std::string(table) + "INSERT INTO schema_migrations VALUES (2, false), (3, false)";
  auto const database = test::PostgresServer::shared().fresh_database(sql);
  auto const found = history_after("golang-migrate", sql);
  ASSERT_THAT(said(found.history.findings),
              ElementsAre("problem several-versions table public.schema_migrations"));
  carry_out(database, found.history.findings[0].finish);
  EXPECT_EQ(test::query_value(database, "SELECT string_agg(version::text, ' ') FROM schema_migrations"), "3");
}

TEST(GolangMigrate, DirtyIsAFailureAndBothWaysOutMendIt) {
  for (bool const finish : {true, false}) {
    auto const database = test::PostgresServer::shared().fresh_database(
        std::string(table) + "INSERT INTO schema_migrations VALUES (3, true)");
    auto found = history_after("golang-migrate",
                               std::string(table) + "INSERT INTO schema_migrations VALUES (3, true)");
    EXPECT_EQ(version_of(found.history.last_failure()), "3");
    auto const comparison = compare_with(found, three);
    EXPECT_THAT(pending_versions(comparison), ElementsAre("3"));
    ASSERT_THAT(said(found.history.findings),
                ElementsAre("problem dirty-history table public.schema_migrations"));
    carry_out(database, finish ? found.history.findings[0].finish : found.history.findings[0].undo);
    EXPECT_EQ(test::query_value(database, "SELECT version || ' ' || dirty FROM schema_migrations"),
              finish ? "3 false" : "2 false");
  }
}

// The tool writes the version that a step leads to: what failed may be the down of the next one.
TEST(GolangMigrate, ADirtyVersionBelowOthersMayBeAStepBack) {
  auto found =
      history_after("golang-migrate", std::string(table) + "INSERT INTO schema_migrations VALUES (2, true)");
  static_cast<void>(compare_with(found, three));
  ASSERT_EQ(found.history.findings.size(), 1U);
  EXPECT_THAT(found.history.findings[0].message, HasSubstr("the up of 2, or the down of 3"));
  EXPECT_THAT(found.history.findings[0].undo.statements, IsEmpty());
  EXPECT_THAT(found.history.findings[0].undo.advice,
              HasSubstr("force 1 if it was the up of 2, migrate force 3 if it was the down of 3"));
  EXPECT_EQ(found.history.perhaps_back_from, "3");
}

TEST(GolangMigrate, ADirtyNoneIsTheDownOfTheFirst) {
  auto found =
      history_after("golang-migrate", std::string(table) + "INSERT INTO schema_migrations VALUES (-1, true)");
  auto const comparison = compare_with(found, three);
  EXPECT_EQ(found.history.last(RunState::applied), nullptr);
  EXPECT_THAT(pending_versions(comparison), ElementsAre("1", "2", "3"));
  ASSERT_EQ(found.history.findings.size(), 1U);
  EXPECT_THAT(found.history.findings[0].message, HasSubstr("the down of the first migration failed"));
  EXPECT_THAT(
      found.history.findings[0].undo.statements,
      ElementsAre("UPDATE \"public\".\"schema_migrations\" SET version = 1, dirty = false WHERE dirty"));
}

TEST(GolangMigrate, ADirtyFirstVersionIsUndoneToNone) {
  std::vector<SourceFile> const one = sources({{"1_orders.up.sql", ""}, {"1_orders.down.sql", ""}});
  auto found =
      history_after("golang-migrate", std::string(table) + "INSERT INTO schema_migrations VALUES (1, true)");
  static_cast<void>(compare_with(found, one));
  ASSERT_EQ(found.history.findings.size(), 1U);
  EXPECT_THAT(found.history.findings[0].undo.statements,
              ElementsAre("DELETE FROM \"public\".\"schema_migrations\" WHERE dirty"));
}

TEST(GolangMigrate, AnAppliedVersionWithoutAFileIsSaid) {
  auto found =
      history_after("golang-migrate", std::string(table) + "INSERT INTO schema_migrations VALUES (9, false)");
  EXPECT_THAT(said(compare_with(found, three).findings), ElementsAre("problem missing-file migration 9"));
}

// What golang-migrate 4.20.1 held for database "gm", opened by a URL.
TEST(GolangMigrate, ItsAdvisoryLockIsKnown) {
  EXPECT_THAT(find_tool("golang-migrate")->lock_keys("gm", {.schema = "public", .name = "schema_migrations"}),
              testing::Contains("0/3596941855/1"));
}

}  // namespace
}  // namespace pgdrill::migrations
