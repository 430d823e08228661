#include <gmock/gmock.h>

#include "harness/scenario/scenario.hpp"

namespace pgdrill::scenario {
namespace {

using testing::Contains;
using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;

Catalogue catalogue() {
  Declaration restore{.name = "restore", .summary = "Restores"};
  restore.parameters = {{.name = "target", .required = true},
                        {.name = "by", .default_value = "name", .allowed = {"name", "lsn", "time"}},
                        {.name = "offset", .type = ParameterType::duration, .default_value = "0s"},
                        {.name = "instances", .type = ParameterType::integer, .default_value = "1"},
                        {.name = "checks", .type = ParameterType::text_list, .default_value = "[a, b]"},
                        {.name = "dry", .type = ParameterType::boolean, .default_value = "false"}};
  Declaration heartbeat{.name = "heartbeat", .summary = "Beats"};
  heartbeat.parameters = {{.name = "every", .type = ParameterType::duration, .default_value = "100ms"}};
  return {
      .steps = {restore, {.name = "status-check", .summary = "Looks"}}, .faults = {}, .probes = {heartbeat}};
}

std::string const good = R"(apiVersion: pgdrill.io/v1
kind: Scenario
metadata: {name: drill, title: A drill}
variables: {cluster: orders}
target: {namespace: develop, cluster: "${cluster}"}
objectives: {rto: 60s, rpo: 0s, integrity: exact}
probes:
  - heartbeat: {every: 250ms}
steps:
  - status-check: {}
  - restore: {target: known-good, offset: 1m}
    id: bring-back
    timeout: 2m
)";

ParseOutcome parse(std::string const& yaml, ParseOptions const& options = {}) {
  return parse_text(yaml, "drill.yaml", catalogue(), options);
}

std::vector<std::string> messages(ParseOutcome const& outcome) {
  std::vector<std::string> texts;
  for (Problem const& problem : outcome.problems)
    texts.push_back(problem.location.text() + ": " + problem.message);
  return texts;
}

/// `good` with one line replaced.
std::string with(std::string const& from, std::string const& to) {
  std::string text = good;
  std::size_t const at = text.find(from);
  EXPECT_NE(at, std::string::npos) << from;
  return text.replace(at, from.size(), to);
}

TEST(Scenario, ReadsWhatItSays) {
  ParseOutcome const outcome = parse(good);
  ASSERT_THAT(messages(outcome), IsEmpty());
  Scenario const& scenario = outcome.scenario;
  EXPECT_EQ(scenario.name, "drill");
  EXPECT_EQ(scenario.target.ns, "develop");
  EXPECT_EQ(scenario.target.cluster, "orders");
  EXPECT_EQ(scenario.target.service, "orders-rw");
  EXPECT_EQ(scenario.target.secret, "orders-app");
  ASSERT_EQ(scenario.steps.size(), 2U);
  EXPECT_EQ(scenario.steps[0].id, "status-check");
  EXPECT_EQ(scenario.steps[0].title, "Looks");
  EXPECT_EQ(scenario.steps[1].id, "bring-back");
  EXPECT_EQ(scenario.steps[1].timeout, Duration(std::chrono::minutes(2)));
  Parameters const& parameters = scenario.steps[1].parameters;
  EXPECT_EQ(parameters.text("target"), "known-good");
  EXPECT_EQ(parameters.text("by"), "name");
  EXPECT_EQ(parameters.duration("offset"), Duration(std::chrono::minutes(1)));
  EXPECT_EQ(parameters.integer("instances"), 1);
  EXPECT_THAT(parameters.texts("checks"), ElementsAre("a", "b"));
  EXPECT_FALSE(parameters.boolean("dry"));
  ASSERT_EQ(scenario.objectives.size(), 3U);
  EXPECT_EQ(scenario.probes.at(0).parameters.duration("every"), Duration(std::chrono::milliseconds(250)));
}

TEST(Scenario, CommandLineVariablesReplaceTheFiles) {
  ParseOptions const options{.variables = {{"cluster", "payments"}}, .namespace_override = "staging"};
  ParseOutcome const outcome = parse(good, options);
  ASSERT_THAT(messages(outcome), IsEmpty());
  EXPECT_EQ(outcome.scenario.target.cluster, "payments");
  EXPECT_EQ(outcome.scenario.target.ns, "staging");
}

TEST(Scenario, AnUnknownVariableOfTheCommandLineIsAProblem) {
  ParseOptions const options{.variables = {{"clutser", "x"}}, .namespace_override = ""};
  EXPECT_THAT(messages(parse(good, options)), Contains(HasSubstr("clutser")));
}

struct Wrong {
  char const* name;
  std::string from;
  std::string to;
  std::string place;
  std::string message;
};

class WrongScenario : public testing::TestWithParam<Wrong> {};

TEST_P(WrongScenario, IsToldWithItsPlace) {
  ParseOutcome const outcome = parse(with(GetParam().from, GetParam().to));
  std::vector<std::string> const all = messages(outcome);
  ASSERT_FALSE(all.empty());
  EXPECT_THAT(all, Contains(testing::AllOf(HasSubstr(GetParam().place), HasSubstr(GetParam().message))));
}

INSTANTIATE_TEST_SUITE_P(
    Each, WrongScenario,
    testing::Values(
        Wrong{"unknown_key", "steps:", "stpes:", "drill.yaml:9:1", "did you mean 'steps'"},
        Wrong{"unknown_step", "status-check: {}", "status-chekc: {}", "drill.yaml:10:5",
              "did you mean 'status-check'"},
        Wrong{"unknown_parameter", "offset: 1m", "ofset: 1m", "drill.yaml:11:", "did you mean 'offset'"},
        Wrong{"missing_parameter", "target: known-good, ", "", "drill.yaml:11:", "target"},
        Wrong{"no_unit", "offset: 1m", "offset: 5", "drill.yaml:11:", "unit"},
        Wrong{"not_allowed", "offset: 1m", "by: clock", "drill.yaml:11:", "lsn"},
        Wrong{"no_number", "offset: 1m", "instances: many", "drill.yaml:11:", "many"},
        Wrong{"no_boolean", "offset: 1m", "dry: perhaps", "drill.yaml:11:", "perhaps"},
        Wrong{"unknown_variable", "${cluster}", "${clster}", "drill.yaml:5:", "clster"},
        Wrong{"unknown_probe", "heartbeat: {every: 250ms}", "hartbeat: {}",
              "drill.yaml:8:", "did you mean 'heartbeat'"},
        Wrong{"duplicate_key", "kind: Scenario", "kind: Scenario\nkind: Scenario", "drill.yaml:3:1", "kind"},
        Wrong{"wrong_version", "pgdrill.io/v1", "pgdrill.io/v9", "drill.yaml:1:", "pgdrill.io/v1"},
        Wrong{"duplicate_id", "status-check: {}", "status-check: {}\n    id: bring-back",
              "drill.yaml:13:", "bring-back"},
        Wrong{"bad_objective", "rto: 60s", "rot: 60s", "drill.yaml:6:", "did you mean 'rto'"},
        Wrong{"syntax", "variables: {cluster: orders}", "variables: {cluster: orders", "drill.yaml:", ""}),
    [](auto const& test) { return test.param.name; });

TEST(Scenario, AllProblemsComeAtOnceInOrder) {
  std::string text = with("status-check: {}", "status-chekc: {}");
  text.replace(text.find("kind: Scenario"), 14, "kind: Scenery");
  std::vector<std::string> const all = messages(parse(text));
  ASSERT_EQ(all.size(), 2U);
  EXPECT_THAT(all[0], HasSubstr("drill.yaml:2:"));
  EXPECT_THAT(all[1], HasSubstr("drill.yaml:10:"));
}

TEST(Scenario, AnythingThatIsNoScenarioIsAProblemAndNoCrash) {
  for (std::string const text :
       {"", "[]", "- a", "steps: 3", "apiVersion: {a: b}", "a: &x [*x]", "\xff\xfe", "---\n---\n",
        "steps: [null]", "steps: [{restore: [1]}]", "probes: {}", "metadata: 3", "{a: 1, a: 2}"}) {
    EXPECT_THAT(messages(parse(text)), testing::Not(IsEmpty())) << text;
  }
}

TEST(RenderProblems, ShowsTheLineWithACaret) {
  Problem const problem{{"drill.yaml", 2, 3}, "wrong word"};
  EXPECT_EQ(render_problems({problem}, "first\n  word\n"),
            "drill.yaml:2:3: error: wrong word\n  2 |   word\n    |   ^\n");
}

}  // namespace
}  // namespace pgdrill::scenario
