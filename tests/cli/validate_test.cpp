// pgdrill validate: everything at once, with its place, for people and for CI.
#include <gmock/gmock.h>

#include "harness/base/files.hpp"
#include "tests/cli/binary.hpp"

namespace pgdrill::cli {
namespace {

using test::CommandResult;
using test::pgdrill_verb;
using test::shipped;
using testing::HasSubstr;
using testing::IsEmpty;

class Validate : public testing::Test {
 protected:
  std::string file(std::string const& content) const {
    std::filesystem::path const path = directory_.path() / "s.yaml";
    EXPECT_TRUE(write_file_atomically(path, content).has_value());
    return path.string();
  }
  std::string broken() const {
    std::string text = read_file(shipped).value_or("");
    text.replace(text.find("- status-check"), 14, "- status-chekc");
    text.replace(text.find("objectives:"), 11, "objektives:");
    return file(text);
  }
  test::TemporaryDirectory directory_;
};

TEST_F(Validate, SaysValid) {
  CommandResult const result = pgdrill_verb({"validate", shipped});
  EXPECT_EQ(result.exit_code, 0);
  EXPECT_EQ(result.out, shipped + ": valid\n");
  EXPECT_THAT(result.err, IsEmpty());
}

TEST_F(Validate, TellsAllErrorsWithTheirPlaceAndTheNearestName) {
  CommandResult const result = pgdrill_verb({"validate", broken()});
  EXPECT_EQ(result.exit_code, 2);
  EXPECT_THAT(result.err, HasSubstr("did you mean 'objectives'?"));
  EXPECT_THAT(result.err, HasSubstr("did you mean 'status-check'?"));
  EXPECT_THAT(result.err, HasSubstr("  - status-chekc"));
  EXPECT_THAT(result.err, HasSubstr("^"));
  EXPECT_THAT(result.err, HasSubstr(": 2 errors\n"));
}

TEST_F(Validate, ReadsDirectories) {
  CommandResult const result = pgdrill_verb({"validate", PGDRILL_SOURCE_DIR "/scenarios"});
  EXPECT_EQ(result.exit_code, 0) << result.err;
  EXPECT_THAT(result.out, HasSubstr("data-rollback.yaml: valid\n"));
  EXPECT_EQ(pgdrill_verb({"validate", PGDRILL_SOURCE_DIR "/cmake"}).exit_code, 2) << "there is none";
}

TEST_F(Validate, IsJsonForPrograms) {
  CommandResult const result = pgdrill_verb({"validate", broken(), shipped, "-o", "json"});
  EXPECT_EQ(result.exit_code, 2);
  json::value const document = test::json_of(result);
  EXPECT_EQ(get_int(document, "files"), 2);
  EXPECT_FALSE(get_bool(document, "valid", true));
  json::array const& problems = find(document, "problems")->as_array();
  ASSERT_EQ(problems.size(), 2U);
  EXPECT_GT(get_int(problems[0], "line"), 1);
  EXPECT_EQ(get_int(problems[0], "column"), 1);
}

TEST_F(Validate, AnnotatesInGithubsCi) {
  std::string const name = broken();
  CommandResult const asked = pgdrill_verb({"validate", name, "-o", "github"});
  EXPECT_THAT(asked.out, HasSubstr("::error file=" + name + ",line="));
  CommandResult const found = test::run({"env", "GITHUB_ACTIONS=true", PGDRILL_BINARY, "validate", name});
  EXPECT_THAT(found.out, HasSubstr("::error file="));
  EXPECT_THAT(found.err, HasSubstr("^")) << "people read the log too";
}

TEST_F(Validate, GivesGitlabACodeQualityReport) {
  CommandResult const result = pgdrill_verb({"validate", broken(), "-o", "gitlab"});
  json::array const issues = test::json_of(result).as_array();
  ASSERT_EQ(issues.size(), 2U);
  EXPECT_GT(get_int(issues[0], "location.lines.begin"), 1);
  EXPECT_EQ(get_string(issues[0], "fingerprint").size(), 64U);
  EXPECT_NE(get_string(issues[0], "fingerprint"), get_string(issues[1], "fingerprint"));
}

}  // namespace
}  // namespace pgdrill::cli
