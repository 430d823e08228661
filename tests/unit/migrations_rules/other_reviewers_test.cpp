// What squawk, strong_migrations and pgroll know, pgdrill says, too: tests/data/reviewers holds a statement
// for each of their checks, with the rules that must report it.
#include "tests/support/other_reviewers.hpp"

#include <gmock/gmock.h>

#include "harness/migrations/review/reviewer.hpp"

namespace pgdrill::review {
namespace {

using test::ReviewerCase;

/// "postgres 14.2" of a line "-- with: postgres 14.2".
void set_version(std::string const& sql, Options& options) {
  std::string const line = "-- with: postgres ";
  std::size_t const at = sql.find(line);
  if (at == std::string::npos) return;
  std::size_t end = 0;
  std::string const version = sql.substr(at + line.size());
  options.major = std::stoi(version, &end);
  if (version.at(end) == '.') options.minor = std::stoi(version.substr(end + 1));
}

std::vector<std::string> rules_reporting(ReviewerCase const& one) {
  Options options;
  for (Rule const& rule : rules()) options.extra.insert(rule.id);
  std::vector<SqlFile> files;
  for (std::string const& text : one.files) {
    set_version(text, options);
    files.push_back(read_sql(std::to_string(files.size() + 1) + ".sql", text));
  }
  std::vector<std::string> found;
  for (FileReview const& file : review(files, options).files) {
    for (Finding const& finding : file.findings) found.push_back(finding.rule);
  }
  return found;
}

class OtherReviewers : public testing::TestWithParam<char const*> {};

TEST_P(OtherReviewers, EachOfTheirChecksHasOneOfOurs) {
  std::vector<ReviewerCase> const cases = test::reviewer_cases(GetParam());
  ASSERT_FALSE(cases.empty());
  for (ReviewerCase const& one : cases) {
    std::vector<std::string> const found = rules_reporting(one);
    for (std::string const& rule : one.ours)
      EXPECT_THAT(found, testing::Contains(rule)) << one.name << ": " << one.files.back();
    // "-" says that the statement is harmless.
    if (!one.ours.empty()) continue;
    for (std::string const& rule : found) {
      auto const known =
          std::find_if(rules().begin(), rules().end(), [&](Rule const& each) { return each.id == rule; });
      ASSERT_NE(known, rules().end());
      EXPECT_FALSE(known->by_default) << one.name << ": " << rule;
    }
  }
}

INSTANTIATE_TEST_SUITE_P(Rules, OtherReviewers, testing::Values("squawk-2.70", "strong-migrations", "pgroll"),
                         [](auto const& info) {
                           std::string name = info.param;
                           std::erase_if(name, [](char c) { return std::isalnum(c) == 0; });
                           return name;
                         });

}  // namespace
}  // namespace pgdrill::review
