// What Alembic 1.x writes with `alembic upgrade --sql` and `alembic downgrade --sql`, as it wrote it.
#include <gmock/gmock.h>

#include <filesystem>

#include "harness/base/files.hpp"
#include "harness/migrations/review/reviewer.hpp"

namespace pgdrill::review {
namespace {

using testing::ElementsAre;

std::string text_of(std::string const& name) {
  return read_file(std::filesystem::path(PGDRILL_SOURCE_DIR) / "tests/data/alembic" / name).value_or("");
}

/// With every rule on.
Options all_rules() {
  Options options;
  for (Rule const& rule : rules()) options.extra.insert(rule.id);
  return options;
}

/// "kind rule" of each finding.
std::vector<std::string> findings_of(FileReview const& review) {
  std::vector<std::string> found;
  for (Finding const& finding : review.findings)
    found.push_back(std::string(review.file->line_at(finding.offset)) + " [" + finding.rule + "]");
  return found;
}

std::vector<std::string> kinds_of(FileReview const& review) {
  std::vector<std::string> kinds;
  for (StatementReview const& one : review.sections.front().statements) kinds.push_back(one.kind);
  return kinds;
}

TEST(Alembic, OfflineFileIsReadWhole) {
  std::vector<SqlFile> const files{read_sql("upgrade.sql", text_of("upgrade.sql"))};
  ReviewReport const report = review(files, all_rules());
  EXPECT_EQ(files.front().tool, "Alembic");
  EXPECT_EQ(report.unparsed, 0U);
  EXPECT_THAT(kinds_of(report.files.front()),
              ElementsAre("TransactionStmt", "CreateStmt", "CreateStmt", "InsertStmt", "AlterTableStmt",
                          "UpdateStmt", "IndexStmt", "UpdateStmt", "TransactionStmt"));
  EXPECT_EQ(name_of(report.verdict()), "safe");
}

TEST(Alembic, VersionTableRaisesNoFinding) {
  std::vector<SqlFile> const files{read_sql("1.sql", "CREATE TABLE account (id int PRIMARY KEY, name text);"),
                                   read_sql("2.sql", text_of("upgrade-from-a1.sql"))};
  Options options = all_rules();
  options.excluded = {"schema-not-named", "add-column", "statement-timeout-missing", "work-under-lock"};
  FileReview const review = std::move(pgdrill::review::review(files, options).files[1]);
  EXPECT_THAT(findings_of(review),
              ElementsAre("ALTER TABLE account ADD COLUMN note TEXT; [lock-timeout-missing]",
                          "CREATE INDEX account_by_name ON account (name); [index-not-concurrent]"));
  EXPECT_EQ(review.sections.front().rollback.not_undone, "");
  EXPECT_EQ(name_of(review.sections.front().verdict), "needs expand-contract");
}

TEST(Alembic, VersionTableOfAnotherNameIsKnownByItsColumn) {
  std::string text = text_of("upgrade-from-a1.sql");
  for (std::size_t at = text.find("alembic_version"); at != std::string::npos;
       at = text.find("alembic_version", at))
    text.replace(at, 15, "history.steps");
  std::vector<SqlFile> const files{read_sql("1.sql", text)};
  EXPECT_EQ(review(files, {}).files.front().sections.front().rollback.not_undone, "");
}

TEST(Alembic, OtherTablesAreReviewedInItsFilesToo) {
  std::vector<SqlFile> const files{
      read_sql("1.sql", "CREATE TABLE account (id int PRIMARY KEY, name text);"),
      read_sql("2.sql", text_of("upgrade-from-a1.sql") +
                            "CREATE TABLE release (version_num VARCHAR(5), id int);\n"
                            "DROP TABLE account;\n")};
  std::vector<std::string> const found = findings_of(review(files, all_rules()).files[1]);
  EXPECT_THAT(found,
              testing::Contains("CREATE TABLE release (version_num VARCHAR(5), id int); [prefer-text]"));
  EXPECT_THAT(found, testing::Contains("DROP TABLE account; [drop-table]"));
}

TEST(Alembic, DowngradeGoesDown) {
  std::vector<SqlFile> const files{read_sql("downgrade.sql", text_of("downgrade.sql"))};
  ReviewReport const report = review(files, all_rules());
  SectionReview const& section = report.files.front().sections.front();
  EXPECT_EQ(section.direction, Direction::down);
  EXPECT_EQ(section.statements.size(), 8U);
  for (std::string const& finding : findings_of(report.files.front()))
    EXPECT_THAT(finding, testing::Not(testing::HasSubstr("alembic_version")));
}

TEST(Alembic, WithoutItsMarksTheTableIsATableLikeAnyOther) {
  std::vector<SqlFile> const files{
      read_sql("1.sql", "UPDATE alembic_version SET version_num = 'b' WHERE version_num = 'a';")};
  EXPECT_EQ(name_of(review(files, {}).verdict()), "irreversible");
}

}  // namespace
}  // namespace pgdrill::review
