#include "harness/migrations/review/output.hpp"

#include <gmock/gmock.h>

#include "harness/base/json.hpp"

namespace pgdrill::review {
namespace {

using testing::HasSubstr;
using testing::Not;

struct Reviewed {
  std::vector<SqlFile> files;
  ReviewReport report;
};
Reviewed reviewed(std::string const& text) {
  Reviewed result{{read_sql("dir/a,b.sql", text)}, {}};
  result.report = review(result.files, {});
  return result;
}

TEST(Output, TextPointsAtTheCommand) {
  Reviewed const given = reviewed("SET lock_timeout = '1s';\nALTER TABLE a ADD b int,\n\tDROP COLUMN c;\n");
  std::string const text = as_text(given.report, {});
  EXPECT_THAT(text, HasSubstr("dir/a,b.sql:3:2: error: statements that name c fail"));
  EXPECT_THAT(text, HasSubstr("    3 | \tDROP COLUMN c;\n      | \t^~~~"));
  EXPECT_THAT(text, HasSubstr("[drop-column]"));
  EXPECT_THAT(text, HasSubstr("point of no return at 2:1"));
}

TEST(Output, JsonSaysAllOfAStatement) {
  Reviewed const given = reviewed("ALTER TABLE a RENAME b TO c;");
  json::value const document = parse_json(as_json(given.report)).value();
  EXPECT_EQ(get_string(document, "verdict"), "needs expand-contract");
  json::value const& file = find(document, "files")->as_array().front();
  json::value const& section = find(file, "sections")->as_array().front();
  EXPECT_FALSE(get_bool(section, "rollback.former_version_works", true));
  EXPECT_TRUE(get_bool(section, "rollback.undone_without_backup"));
  json::value const& action =
      find(find(section, "statements")->as_array().front(), "actions")->as_array().front();
  EXPECT_EQ(get_string(action, "kind"), "rename-column");
  EXPECT_EQ(get_string(find(action, "locks")->as_array().front(), "lock"), "ACCESS EXCLUSIVE");
}

TEST(Output, SarifNamesRulesAndPlaces) {
  Reviewed const given = reviewed("DROP TABLE a;");
  json::value const document = parse_json(as_sarif(given.report)).value();
  EXPECT_EQ(get_string(document, "version"), "2.1.0");
  json::value const& run = find(document, "runs")->as_array().front();
  EXPECT_EQ(find(run, "tool.driver.rules")->as_array().size(), rules().size());
  json::value const& result = find(run, "results")->as_array().front();
  EXPECT_EQ(get_string(result, "ruleId"), "drop-table");
  json::value const& location = find(result, "locations")->as_array().front();
  EXPECT_EQ(get_int(location, "physicalLocation.region.startLine"), 1);
}

TEST(Output, GithubEscapesItsSeparators) {
  Reviewed const given = reviewed("DROP TABLE a;");
  EXPECT_THAT(as_github(given.report),
              HasSubstr("::error file=dir/a%2Cb.sql,line=1,col=1,title=drop-table::"));
}

std::size_t count_of(std::string const& text, std::string const& part) {
  std::size_t count = 0;
  for (std::size_t at = text.find(part); at != std::string::npos; at = text.find(part, at + 1)) ++count;
  return count;
}

TEST(Output, GithubHasTheGravestFirst) {
  Reviewed const given = reviewed(
      "ALTER TABLE a ADD COLUMN b int;\nALTER TABLE a RENAME b TO c;\nDROP TABLE a;\n"
      "SET lock_timeout = '1s';\n");
  std::string const text = as_github(given.report);
  // What cannot be undone, what can, then what is a warning.
  EXPECT_LT(text.find("title=drop-table"), text.find("title=rename-column"));
  EXPECT_LT(text.find("title=rename-column"), text.find("title=lock-timeout-missing"));
  EXPECT_LT(text.rfind("::error"), text.find("::warning"));
  EXPECT_EQ(count_of(text, "title=pgdrill review"), 0U) << text;
  EXPECT_EQ(count_of(text, "also dir/"), 0U) << text;
}

TEST(Output, GithubSaysHowManyItDoesNotShow) {
  std::string sql = "SET lock_timeout = '1s';\n";
  for (int i = 0; i < 12; ++i) sql += "ALTER TABLE t RENAME c" + std::to_string(i) + " TO d;\n";
  sql += "DROP TABLE t;\n";
  for (int i = 0; i < 11; ++i)
    sql += "ALTER TABLE n" + std::to_string(i) + " ADD CONSTRAINT c CHECK (a > 0) NOT VALID;\n";
  Reviewed const given = reviewed(sql);
  ASSERT_EQ(given.report.count(Severity::error), 13U);
  std::size_t const notes = given.report.count(Severity::note);
  ASSERT_GT(notes, 10U);
  std::string const text = as_github(given.report);
  EXPECT_THAT(text, testing::StartsWith("::error file=dir/a%2Cb.sql,line=14,col=1,title=drop-table::"));
  EXPECT_EQ(count_of(text, "::error"), 10U);
  // Nine, and the one that counts the others.
  EXPECT_EQ(count_of(text, "::notice"), 10U);
  EXPECT_EQ(count_of(text, "\nalso dir/a,b.sql:"), 3 + notes - 9);
  EXPECT_THAT(text, HasSubstr("\nalso dir/a,b.sql:13:"));
  std::string const last = text.substr(text.rfind('\n', text.size() - 2) + 1);
  EXPECT_THAT(last, testing::StartsWith("::notice title=pgdrill review::3 errors, "));
  EXPECT_THAT(last, HasSubstr(std::to_string(notes - 9) + " notes more"));
}

TEST(Suppression, NeedsAReason) {
  std::string const drop = "DROP TABLE a;\n";
  EXPECT_THAT(as_text(reviewed("-- pgdrill: allow drop-table: nobody ever used it\n" + drop).report, {}),
              Not(HasSubstr("[drop-table]")));
  EXPECT_THAT(as_text(reviewed("DROP TABLE a; -- pgdrill: allow drop-table: unused\n").report, {}),
              Not(HasSubstr("[drop-table]")));
  std::string const without = as_text(reviewed("-- pgdrill: allow drop-table\n" + drop).report, {});
  EXPECT_THAT(without, HasSubstr("[drop-table]"));
  EXPECT_THAT(without, HasSubstr("[suppression-without-reason]"));
}

TEST(Suppression, SpeaksOfOneStatementOnly) {
  std::string const text =
      as_text(reviewed("-- pgdrill: allow drop-table: gone\nDROP TABLE a;\nDROP TABLE b;\n").report, {});
  EXPECT_THAT(text, HasSubstr("a,b.sql:3:1: error"));
  EXPECT_THAT(text, Not(HasSubstr("a,b.sql:2:1: error")));
}

TEST(Suppression, UnusedIsTold) {
  EXPECT_THAT(as_text(reviewed("-- pgdrill: allow drop-table: gone\nSELECT 1;\n").report, {}),
              HasSubstr("[unused-suppression]"));
}

}  // namespace
}  // namespace pgdrill::review
