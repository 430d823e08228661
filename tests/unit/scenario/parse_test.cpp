// What a valid scenario becomes.
#include <gmock/gmock.h>

#include "harness/base/files.hpp"
#include "tests/unit/scenario/catalogue.hpp"

namespace pgdrill::scenario {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;

ParseOutcome parse(std::string const& rest, ParseOptions const& options = {}) {
  return parse_text(scenario_text(rest), "s.yaml", test_catalogue(), options);
}

std::string problems_text(ParseOutcome const& outcome) {
  std::string text;
  for (Problem const& problem : outcome.problems) {
    text += problem.location.text() + " " + problem.message + "\n";
  }
  return text;
}

TEST(Parse, DefaultsAreFilledIn) {
  std::string const yaml = scenario_text("steps:\n  - wait: {for: 2m}\n");
  ParseOutcome const outcome = parse_text(yaml, "dir/s.yaml", test_catalogue(), {});
  ASSERT_THAT(problems_text(outcome), IsEmpty());
  Scenario const& scenario = outcome.scenario;
  EXPECT_EQ(scenario.name, "test");
  EXPECT_EQ(scenario.title, "test");
  EXPECT_EQ(scenario.sha256, sha256_hex(yaml));
  EXPECT_EQ(scenario.target.cluster, "orders");
  EXPECT_EQ(scenario.target.service, "orders-rw");
  EXPECT_EQ(scenario.target.secret, "orders-app");
  EXPECT_EQ(scenario.target.database, "app");
  ASSERT_EQ(scenario.steps.size(), 1U);
  StepSpec const& step = scenario.steps.front();
  EXPECT_EQ(step.id, "wait");
  EXPECT_EQ(step.title, "Waits");
  EXPECT_EQ(step.timeout, std::chrono::seconds(60));
  EXPECT_EQ(step.location.text(), "dir/s.yaml:7:5");
  EXPECT_EQ(step.parameters.duration("for"), std::chrono::minutes(2));
  EXPECT_EQ(step.parameters.integer("times"), 3);
  EXPECT_EQ(step.parameters.number("factor"), 1.5);
  EXPECT_FALSE(step.parameters.boolean("loud"));
  EXPECT_THAT(step.parameters.texts("names"), ElementsAre("a", "b"));
  EXPECT_FALSE(step.parameters.given("note"));
  EXPECT_EQ(step.parameters.text("note"), "");
}

TEST(Parse, AStepWithoutParametersMayBeText) {
  ParseOutcome const outcome = parse("steps: [restore, restore: {}, restore: ]\n");
  ASSERT_THAT(problems_text(outcome), IsEmpty());
  ASSERT_EQ(outcome.scenario.steps.size(), 3U);
  EXPECT_EQ(outcome.scenario.steps[0].id, "restore");
  EXPECT_EQ(outcome.scenario.steps[1].id, "restore-2");
  EXPECT_EQ(outcome.scenario.steps[2].id, "restore-3");
}

TEST(Parse, AMadeIdAvoidsAGivenOne) {
  ParseOutcome const outcome = parse("steps:\n  - restore:\n  - wait: {for: 1s}\n    id: restore\n");
  ASSERT_THAT(problems_text(outcome), IsEmpty());
  EXPECT_EQ(outcome.scenario.steps[0].id, "restore-2");
}

TEST(Parse, VariablesAreReplacedInsideTexts) {
  ParseOutcome const outcome =
      parse("steps:\n  - wait: {for: 1s, note: \"a ${cluster} b ${cluster} $${cluster} $1\"}\n");
  ASSERT_THAT(problems_text(outcome), IsEmpty());
  EXPECT_EQ(outcome.scenario.steps[0].parameters.text("note"), "a orders b orders ${cluster} $1");
}

TEST(Parse, TheCommandLineOverridesVariablesAndNamespace) {
  ParseOptions const options{.variables = {{"cluster", "other"}}, .namespace_override = "stage"};
  ParseOutcome const outcome = parse("steps: [restore]\n", options);
  ASSERT_THAT(problems_text(outcome), IsEmpty());
  EXPECT_EQ(outcome.scenario.target.cluster, "other");
  EXPECT_EQ(outcome.scenario.target.ns, "stage");
}

TEST(Parse, ObjectivesHaveTheirUnits) {
  ParseOutcome const outcome =
      parse("objectives: {rto: 1m30s, rpo: 0s, integrity: exact}\nsteps: [restore]\n");
  ASSERT_THAT(problems_text(outcome), IsEmpty());
  ASSERT_EQ(outcome.scenario.objectives.size(), 3U);
  EXPECT_EQ(outcome.scenario.objectives[0].limit, std::chrono::seconds(90));
  EXPECT_EQ(outcome.scenario.objectives[0].unit, "s");
  EXPECT_EQ(outcome.scenario.objectives[2].count_limit, 0);
  EXPECT_EQ(outcome.scenario.objectives[2].unit, "differences");
}

TEST(Parse, WhoDemandsNothingIsWarnedUnlessItIsSaid) {
  for (std::string const none : {"", "objectives: {}\n"}) {
    ParseOutcome const outcome = parse(none + "steps: [restore]\n");
    ASSERT_THAT(problems_text(outcome), IsEmpty());
    ASSERT_EQ(outcome.warnings.size(), 1U) << none;
    EXPECT_EQ(outcome.warnings[0].location.line, none.empty() ? 1 : 6);
    EXPECT_THAT(render_problems(outcome.warnings, outcome.sources), HasSubstr(": warning: no objectives"));
    EXPECT_FALSE(outcome.scenario.demands_nothing);
  }
  EXPECT_THAT(parse("expect: fail\nsteps: [restore]\n").warnings, IsEmpty()) << "it proves nothing anyway";
  EXPECT_THAT(parse("objectives: {rto: 1s}\nsteps: [restore]\n").warnings, IsEmpty());
  ParseOutcome const said = parse("objectives: none\nsteps: [restore]\n");
  ASSERT_THAT(problems_text(said), IsEmpty());
  EXPECT_THAT(said.warnings, IsEmpty());
  EXPECT_TRUE(said.scenario.demands_nothing);
}

TEST(Parse, ProbesHaveNamesAndMayCountForTheRto) {
  ParseOutcome const outcome = parse(
      "probes:\n  - heartbeat: {every: 1s}\n    name: beat\n    rto: false\n  - heartbeat\n"
      "steps: [restore]\n");
  ASSERT_THAT(problems_text(outcome), IsEmpty());
  ASSERT_EQ(outcome.scenario.probes.size(), 2U);
  EXPECT_EQ(outcome.scenario.probes[0].name, "beat");
  EXPECT_EQ(outcome.scenario.probes[0].rto, std::optional(false));
  EXPECT_EQ(outcome.scenario.probes[1].name, "heartbeat");
  EXPECT_EQ(outcome.scenario.probes[1].rto, std::nullopt);
}

TEST(Parse, AMissingFileIsAnIoError) {
  Result<ParseOutcome> const outcome = parse_file("/nonexistent/s.yaml", test_catalogue(), {});
  ASSERT_FALSE(outcome);
  EXPECT_EQ(outcome.error().kind, ErrorKind::io);
}

TEST(RenderProblems, ShowsTheLineAndACaret) {
  std::vector<Problem> const problems{{{"s.yaml", 2, 3}, "wrong"}, {{"s.yaml", 3, 5}, "bad"}};
  EXPECT_EQ(render_problems(problems, "a: 1\n  b: 2\n\tü: x\n"),
            "s.yaml:2:3: error: wrong\n  2 |   b: 2\n    |   ^\n"
            "s.yaml:3:5: error: bad\n  3 | \tü: x\n    | \t  ^\n");
}

TEST(RenderProblems, APlaceBehindTheEndHasNoLine) {
  EXPECT_EQ(render_problems({{{"s.yaml", 9, 1}, "gone"}}, "a: 1\n"), "s.yaml:9:1: error: gone\n");
}

}  // namespace
}  // namespace pgdrill::scenario
