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

std::string const head =
    "apiVersion: pgdrill.io/v1\nkind: Scenario\nmetadata: {name: x}\ntarget: {namespace: develop, cluster: "
    "c}\n";

TEST_F(Validate, KnowsWhatStepsAndTriggersName) {
  CommandResult const result = pgdrill_verb(
      {"validate", file(head + "probes: [heartbeat: {every: 0ms}, digest]\nsteps:\n"
                               "  - detect: {probes: [digset]}\n"
                               "  - restore: {target: good}\n"
                               "  - mark: {name: m}\n    when: {probe-state: {probe: hartbeat, is: right}}\n"
                               "  - mark: {name: n}\n    when: {lsn: {at: zzz}}\n"
                               "  - mark: {name: o}\n    when: {log-line: {matches: '((('}}\n")});
  EXPECT_EQ(result.exit_code, 2);
  EXPECT_THAT(result.err, HasSubstr("there is no probe 'digset'; did you mean 'digest'?"));
  EXPECT_THAT(result.err, HasSubstr("no step before this one captures target 'good'"));
  EXPECT_THAT(result.err, HasSubstr("there is no probe 'hartbeat'; did you mean 'heartbeat'?"));
  EXPECT_THAT(result.err, HasSubstr("at most 1000 calls a second"));
  EXPECT_THAT(result.err, HasSubstr("an LSN is two hexadecimal numbers"));
  EXPECT_THAT(result.err, HasSubstr("parameter 'matches' cannot be '((('"));
}

TEST_F(Validate, KnowsWhatTriggersCannotMean) {
  CommandResult const result = pgdrill_verb(
      {"validate", file(head + "objectives: none\nprobes: [heartbeat]\nsteps:\n"
                               "  - mark: {name: m}\n    when: {random: {from: 5s, within: 1s}}\n"
                               "  - mark: {name: n}\n    when: {lsn: {at: 0/1, ahead: 64}}\n"
                               "  - mark: {name: o}\n    when: {lsn: {}}\n"
                               "  - mark: {name: p}\n    when: {lsn: {segment: 00000001}}\n"
                               "  - mark: {name: q}\n    when: {mark: damage-done}\n"
                               "  - mark: {name: r}\n    when: {recovery-stage: promoted}\n")});
  EXPECT_EQ(result.exit_code, 2);
  for (char const* const problem : {"s.yaml:9:12: error: 'random': 'from' (5s) is later than 'within' (1s)",
                                    "s.yaml:11:12: error: 'lsn': one of 'at', 'segment' and 'ahead'",
                                    "s.yaml:13:12: error: 'lsn': one of 'at', 'segment' and 'ahead'",
                                    "a segment has 24 hexadecimal digits"})
    EXPECT_THAT(result.err, HasSubstr(problem));
  CommandResult const marks = pgdrill_verb(
      {"validate",
       file(head + "objectives: none\nsteps:\n  - mark: {name: m}\n    when: {mark: damage-done}\n"
                   "  - mark: {name: n}\n    when: {recovery-stage: promoted}\n"
                   "  - mark: {name: o}\n    when: {mark: m}\n")});
  EXPECT_EQ(marks.exit_code, 2);
  EXPECT_THAT(marks.err, HasSubstr("s.yaml:8:18: error: no step writes mark 'damage-done'"));
  EXPECT_THAT(marks.err, HasSubstr("s.yaml:10:28: error: no step writes mark 'promoted'"));
  EXPECT_THAT(marks.err, HasSubstr("2 errors"));
}

TEST_F(Validate, ReadsEachCombinationOfTheMatrix) {
  CommandResult const result =
      pgdrill_verb({"validate", file(head + "variables: {p: 1s}\nmatrix: {p: [1s, 2 potatoes]}\nprobes:\n"
                                            "  - heartbeat: {every: \"${p}\"}\nsteps: [mark: {name: m}]\n")});
  EXPECT_EQ(result.exit_code, 2);
  EXPECT_THAT(result.err, HasSubstr("2 potatoes"));
  EXPECT_THAT(result.err, HasSubstr("(p=2 potatoes of the matrix)"));
}

TEST_F(Validate, ShowsNoPassword) {
  CommandResult const result = pgdrill_verb(
      {"validate", file(head + "steps:\n  - run-sql: {sql: \"ALTER USER app PASSWORD 'hunter2'\"}\n"
                               "  - mark: {name: \"password=hunter2\"}\n")});
  EXPECT_EQ(result.exit_code, 2);
  EXPECT_THAT(result.err, testing::AllOf(HasSubstr("s.yaml:6:20: error"), HasSubstr("s.yaml:7:18: error"),
                                         testing::Not(HasSubstr("hunter2"))));
}

TEST_F(Validate, ServeRefusesAPortThatIsNone) {
  for (std::string const port : {"abc", "99999", "-1", "80x"}) {
    CommandResult const result = pgdrill_verb({"serve", directory_.path().string(), "--port=" + port});
    EXPECT_EQ(result.exit_code, 2) << port;
    EXPECT_THAT(result.err, HasSubstr("--port takes a port: '" + port + "' is no number from 0 to 65535"));
  }
}

TEST_F(Validate, RunRefusesOptionsThatItDoesNotKnowBeforeItBreaksAnything) {
  std::vector<std::vector<std::string>> const wrong{
      {"-o", "xml"}, {"--metrics-port", "99999"}, {"--metrics-port", "abc"}, {"--repeat", "0"}};
  for (std::vector<std::string> const& option : wrong) {
    std::vector<std::string> command{"run", shipped, "--kubeconfig", "/nowhere"};
    command.insert(command.end(), option.begin(), option.end());
    EXPECT_EQ(pgdrill_verb(command).exit_code, 2) << option.front() << " " << option.back();
  }
}

TEST_F(Validate, WarnsOfADrillThatDemandsNothing) {
  std::string const name = file(head + "steps: [mark: {name: m}]\n");
  CommandResult const text = pgdrill_verb({"validate", name});
  EXPECT_EQ(text.exit_code, 0);
  EXPECT_EQ(text.out, name + ": valid\n");
  EXPECT_THAT(text.err, HasSubstr(name + ":1:1: warning: no objectives"));
  EXPECT_THAT(pgdrill_verb({"run", name, "--kubeconfig", "/nowhere"}).err,
              HasSubstr("warning: no objectives"));
  json::value const document = test::json_of(pgdrill_verb({"validate", name, "-o", "json"}));
  EXPECT_TRUE(get_bool(document, "valid"));
  EXPECT_EQ(find(document, "warnings")->as_array().size(), 1U);
  EXPECT_THAT(pgdrill_verb({"validate", name, "-o", "github"}).out, HasSubstr("::warning file=" + name));
  json::value const gitlab = test::json_of(pgdrill_verb({"validate", name, "-o", "gitlab"}));
  EXPECT_EQ(get_string(gitlab.as_array().at(0), "severity"), "minor");
  EXPECT_THAT(pgdrill_verb({"plan", name}).out, HasSubstr("objectives: none"));
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
