// Each rule has a file of SQL in tests/data/review, named after it: the rule fires at the lines that end in
// "-- !" and nowhere else. "--- PATH" begins a new migration file (PATH decides the tool), "-- with: ..."
// sets options.
#include <gmock/gmock.h>

#include <filesystem>

#include "harness/base/files.hpp"
#include "harness/base/text.hpp"
#include "harness/migrations/review/reviewer.hpp"

namespace pgdrill::review {
namespace {

std::filesystem::path const directory = std::filesystem::path(PGDRILL_SOURCE_DIR) / "tests/data/review";

struct Case {
  std::vector<SqlFile> files;
  Options options;
  std::vector<std::string> expected;  ///< "path:line"
};

Case read_case(Rule const& rule) {
  Case read;
  read.options.extra.insert(rule.id);
  std::string path = "first.sql";
  std::string text;
  std::size_t line_number = 0;
  auto const end_file = [&] {
    if (!text.empty()) read.files.push_back(read_sql(path, text));
    text.clear();
    line_number = 0;
  };
  for (std::string const& line : split(read_file(directory / (rule.id + ".sql")).value_or(""), '\n')) {
    if (line.starts_with("--- ")) {
      end_file();
      path = line.substr(4);
      continue;
    }
    if (line.starts_with("-- with: postgres ")) {
      read.options.major = std::stoi(line.substr(18));
      std::size_t const dot = line.find('.');
      if (dot != std::string::npos) read.options.minor = std::stoi(line.substr(dot + 1));
    }
    ++line_number;
    text += line + "\n";
    if (line.ends_with("-- !")) read.expected.push_back(path + ":" + std::to_string(line_number));
  }
  end_file();
  return read;
}

class EachRule : public testing::TestWithParam<std::string> {};

TEST_P(EachRule, FiresAtTheMarkedLinesAndNowhereElse) {
  auto const rule =
      std::find_if(rules().begin(), rules().end(), [](Rule const& one) { return one.id == GetParam(); });
  ASSERT_NE(rule, rules().end());
  Case const given = read_case(*rule);
  ASSERT_FALSE(given.expected.empty()) << "tests/data/review/" << rule->id << ".sql marks no line";
  ReviewReport const report = review(given.files, given.options);
  std::vector<std::string> found;
  for (FileReview const& file : report.files) {
    for (Finding const& finding : file.findings) {
      if (finding.rule == rule->id)
        found.push_back(file.file->path + ":" + std::to_string(file.file->place(finding.offset).line));
    }
  }
  EXPECT_THAT(found, testing::UnorderedElementsAreArray(given.expected));
}

TEST_P(EachRule, SaysWhatAndWhyAndWhatInstead) {
  auto const rule =
      std::find_if(rules().begin(), rules().end(), [](Rule const& one) { return one.id == GetParam(); });
  ASSERT_NE(rule, rules().end());
  EXPECT_FALSE(rule->summary.empty());
  EXPECT_FALSE(rule->why.empty());
  EXPECT_FALSE(rule->instead.empty());
}

std::vector<std::string> rule_names() {
  std::vector<std::string> names;
  for (Rule const& rule : rules()) names.push_back(rule.id);
  return names;
}

std::string test_name(testing::TestParamInfo<std::string> const& info) {
  std::string name = info.param;
  std::replace(name.begin(), name.end(), '-', '_');
  return name;
}

INSTANTIATE_TEST_SUITE_P(Review, EachRule, testing::ValuesIn(rule_names()), test_name);

TEST(RuleFiles, EveryFileOfRulesIsARule) {
  std::vector<std::string> stray;
  std::vector<std::string> const names = rule_names();
  for (auto const& entry : std::filesystem::directory_iterator(directory)) {
    if (std::find(names.begin(), names.end(), entry.path().stem()) == names.end())
      stray.push_back(entry.path().filename());
  }
  EXPECT_THAT(stray, testing::IsEmpty());
}

}  // namespace
}  // namespace pgdrill::review
