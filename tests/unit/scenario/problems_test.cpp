// Every mistake has its place, its words and the nearest valid name; all of a file come at once.
#include <gmock/gmock.h>

#include "tests/unit/scenario/catalogue.hpp"

namespace pgdrill::scenario {
namespace {

struct Case {
  char const* name;
  std::string yaml;
  std::vector<std::string> problems;  ///< "line:column: message"
};

void PrintTo(Case const& one, std::ostream* out) { *out << one.name; }

std::vector<std::string> problems_of(std::string const& yaml, ParseOptions const& options = {}) {
  std::vector<std::string> texts;
  for (Problem const& problem : parse_text(yaml, "s.yaml", test_catalogue(), options).problems) {
    texts.push_back(std::to_string(problem.location.line) + ":" + std::to_string(problem.location.column) +
                    ": " + problem.message);
  }
  return texts;
}

class Problems : public testing::TestWithParam<Case> {};

TEST_P(Problems, AreToldExactly) { EXPECT_EQ(problems_of(GetParam().yaml), GetParam().problems); }

std::string with(std::string const& rest) { return scenario_text(rest); }

std::vector<Case> const yaml_cases{
    {"empty", "", {"1:1: the file holds no scenario"}},
    {"comment_only", "# nothing\n", {"1:1: the file holds no scenario"}},
    {"list", "- a\n", {"1:1: a scenario must be a map, not a list"}},
    {"syntax", "a: [1\nb: 2\n", {"2:2: this is not YAML: end of sequence flow not found"}},
    {"second_document",
     with("steps: [restore]\n---\na: 1\n"),
     {"8:1: a second document begins; a file holds one scenario"}},
    {"duplicate_key",
     with("steps: [restore]\nsteps: [restore]\n"),
     {"7:1: duplicate key 'steps'; first given in line 6"}},
    {"merge_key",
     with("steps:\n  - restore: &x {}\n  - wait: {<<: *x, for: 1s}\n"),
     {"8:12: merge keys ('<<') are not supported; write the keys out"}},
    {"open_quote",
     with("steps: [restore]\nobjectives:\n  rto: \"1s\n"),
     {"8:8: the quotation is not closed"}},
    {"bad_utf8", with("steps: [restore]\n# \xff\n"), {"7:3: the file is not UTF-8 here"}},
    {"null_value_has_its_keys_place",
     with("steps:\n  - wait: {for: , note: x}\n"),
     {"7:12: parameter 'for' must be text, not nothing"}},
    {"empty_item_has_its_dashs_place",
     with("probes:\n  - heartbeat\n  -\nsteps:\n- wait: {for: 1s}\n- # nothing\n- sequence:\n"
          "  - restore:\n      - a\n\n  -\n-\n"),
     {"8:3: a probe must be a map, not nothing", "11:1: a step must be a map, not nothing",
      "14:7: 'restore' must be a map, not a list", "16:3: a step must be a map, not nothing",
      "17:1: a step must be a map, not nothing"}},
    {"first_item_is_empty", with("steps:\n  -\n  - restore\n"), {"7:3: a step must be a map, not nothing"}},
    {"nothing_in_a_flow_list", with("steps: [restore, ~]\n"), {"6:8: a step must be a map, not nothing"}},
    {"alias_has_its_keys_place",
     with("steps:\n  - wait: {for: &t 1}\n  - wait: {for: *t}\n"),
     {"7:17: parameter 'for' must be a duration such as 500ms or 2m, not '1': the number has no unit",
      "8:12: parameter 'for' must be a duration such as 500ms or 2m, not '1': the number has no unit"}},
};

std::vector<Case> const language_cases{
    {"missing_sections",
     "kind: Scenario\n",
     {"1:1: missing key 'apiVersion' (expected 'pgdrill.io/v1')", "1:1: missing key 'metadata'",
      "1:1: missing key 'steps'", "1:1: missing key 'target'"}},
    {"unknown_key",
     with("stpes: []\nsteps: [restore]\n"),
     {"6:1: unknown key 'stpes'; did you mean 'steps'?"}},
    {"no_near_key",
     with("xxxxxx: []\nsteps: [restore]\n"),
     {"6:1: unknown key 'xxxxxx'; expected one of: apiVersion, kind, metadata, variables, matrix, repeat, "
      "seed, "
      "expect, target, objectives, gate, probes, steady-state, abort-when, steps"}},
    {"gate_keys",
     with("gate: {metric: [rto]}\nsteps: [restore]\n"),
     {"6:8: unknown key 'metric'; did you mean 'metrics'?"}},
    {"gate_metric",
     with("gate: {metrics: [rot], limits: {\"phase:restroe\": 1s, rto: soon}}\nsteps: [restore]\n"),
     {"6:18: unknown metric 'rot'; did you mean 'rto'?",
      "6:33: unknown metric 'phase:restroe'; did you mean 'phase:restore'?",
      "6:59: limit of 'rto' must be a duration such as 500ms or 2m, not 'soon': a number was expected at "
      "'soon'"}},
    {"gate_too_many",
     with("gate:\n  metrics: [rto, rpo, duration, rto]\nsteps: [restore]\n"),
     {"7:12: 'metrics' must name one to 3 metrics: each more makes every one of them weaker",
      "7:18: 'rpo' cannot gate: it is 0 in every good run; hold it by 'limits' or an objective",
      "7:33: metric 'rto' is named twice"}},
    {"names_of_nothing",
     with("probes: [heartbeat]\nsteps:\n  - compare: {target: later, probes: [heartbaet, heartbeat]}\n"
          "  - capture: {target: later}\n  - compare: {target: latter, word: no}\n"),
     {"8:23: no step before this one captures target 'later'",
      "8:39: there is no probe 'heartbaet'; did you mean 'heartbeat'?",
      "10:23: no step before this one captures target 'latter'; did you mean 'later'?",
      "10:37: parameter 'word' cannot be 'no': nobody says it"}},
    {"gate_numbers",
     with("gate: {minimum-change: 15, window: 4, require-history: yes, floor: 2}\nsteps: [restore]\n"),
     {"6:24: 'minimum-change' must be a percentage such as 15%, not '15'",
      "6:36: 'window' must be a number of runs from 5 to 1000, not '4'",
      "6:56: 'require-history' must be true or false, not 'yes'",
      "6:68: 'floor' must be a duration such as 500ms or 2m, not '2': the number has no unit"}},
    {"gate_baseline",
     with("gate: {baseline: main}\nsteps: [restore]\n"),
     {"6:18: 'baseline' must be a map, not text"}},
    {"empty_steps", with("steps: []\n"), {"6:8: 'steps' must not be empty"}},
    {"unknown_step",
     with("steps:\n  - restroe: {}\n"),
     {"7:5: unknown step 'restroe'; did you mean 'restore'?"}},
    {"unknown_step_as_text", with("steps: [wiat]\n"), {"6:9: unknown step 'wiat'; did you mean 'wait'?"}},
    {"two_kinds",
     with("steps:\n  - restore: {}\n    wait: {for: 1s}\n"),
     {"8:5: a step is of one kind: 'restore' and 'wait' are given"}},
    {"no_kind", with("steps:\n  - id: a\n"), {"7:5: this step names no kind"}},
    {"unknown_key_of_a_step",
     with("steps:\n  - restore: {}\n    timout: 1s\n"),
     {"8:5: unknown key 'timout'; did you mean 'timeout'?"}},
    {"duplicate_id",
     with("steps:\n  - restore:\n    id: a\n  - restore:\n    id: a\n"),
     {"10:9: step id 'a' is used twice; first in line 8"}},
    {"zero_timeout",
     with("steps:\n  - restore:\n    timeout: 0s\n"),
     {"8:14: 'timeout' must be more than 0s"}},
    {"unknown_probe",
     with("probes: [heartbaet]\nsteps: [restore]\n"),
     {"6:10: unknown probe 'heartbaet'; did you mean 'heartbeat'?"}},
    {"duplicate_probe",
     with("probes: [heartbeat, heartbeat]\nsteps: [restore]\n"),
     {"6:21: probe name 'heartbeat' is used twice; first in line 6"}},
    {"unknown_variable",
     with("steps:\n  - wait: {for: 1s, note: \"${clutser}\"}\n"),
     {"7:27: unknown variable 'clutser'; did you mean 'cluster'?"}},
    {"open_variable", with("steps:\n  - wait: {for: 1s, note: \"${cluster\"}\n"), {"7:27: '${' without '}'"}},
    {"objective",
     with("objectives: {rtoo: 1s, rpo: 5}\nsteps: [restore]\n"),
     {"6:14: unknown key 'rtoo'; did you mean 'rto'?",
      "6:29: objective 'rpo' must be a duration such as 500ms or 2m, not '5': the number has no unit"}},
    {"objectives_of_another_word",
     with("objectives: nnoe\nsteps: [restore]\n"),
     {"6:13: 'objectives', when it is not 'none', must be a map, not text"}},
    {"integrity",
     with("objectives: {integrity: -1}\nsteps: [restore]\n"),
     {"6:25: objective 'integrity' must be 'exact' or a number of differences, not '-1'"}},
};

std::vector<Case> const parameter_cases{
    {"missing", with("steps:\n  - wait: {}\n"), {"7:5: 'wait' needs parameter 'for': how long"}},
    {"unknown",
     with("steps:\n  - wait: {for: 1s, tims: 2}\n"),
     {"7:21: 'wait' has no parameter 'tims'; did you mean 'times'?"}},
    {"none_taken",
     with("steps:\n  - restore: {a: 1}\n"),
     {"7:15: 'restore' has no parameter 'a'; it takes none"}},
    {"no_map", with("steps:\n  - wait: 5s\n"), {"7:11: 'wait' must be a map, not text"}},
    {"integer",
     with("steps:\n  - wait: {for: 1s, times: 1.5}\n"),
     {"7:28: parameter 'times' must be a whole number, not '1.5'"}},
    {"number",
     with("steps:\n  - wait: {for: 1s, factor: 1x}\n"),
     {"7:29: parameter 'factor' must be a number, not '1x'"}},
    {"boolean",
     with("steps:\n  - wait: {for: 1s, loud: yes}\n"),
     {"7:27: parameter 'loud' must be true or false, not 'yes'"}},
    {"allowed",
     with("steps:\n  - wait: {for: 1s, mode: fats}\n"),
     {"7:27: parameter 'mode' cannot be 'fats'; did you mean 'fast'?"}},
    {"list",
     with("steps:\n  - wait: {for: 1s, names: a}\n"),
     {"7:28: parameter 'names' must be a list, not text"}},
    {"list_element",
     with("steps:\n  - wait: {for: 1s, names: [a, {b: c}]}\n"),
     {"7:32: an element of parameter 'names' must be text, not a map"}},
    {"map_for_text",
     with("steps:\n  - wait: {for: 1s, note: {}}\n"),
     {"7:27: parameter 'note' must be text, not a map"}},
    {"all_at_once",
     with("steps:\n  - wait: {for: 1, times: x}\n  - restore: {a: 1}\n"),
     {"7:17: parameter 'for' must be a duration such as 500ms or 2m, not '1': the number has no unit",
      "7:27: parameter 'times' must be a whole number, not 'x'",
      "8:15: 'restore' has no parameter 'a'; it takes none"}},
};

auto const name_of_case = [](auto const& test) { return std::string(test.param.name); };
INSTANTIATE_TEST_SUITE_P(Yaml, Problems, testing::ValuesIn(yaml_cases), name_of_case);
INSTANTIATE_TEST_SUITE_P(Language, Problems, testing::ValuesIn(language_cases), name_of_case);
INSTANTIATE_TEST_SUITE_P(Parameters, Problems, testing::ValuesIn(parameter_cases), name_of_case);

TEST(ProblemsOfTheCommandLine, AnUndeclaredVariableIsNamed) {
  ParseOptions const options{.variables = {{"clutser", "x"}}, .namespace_override = ""};
  EXPECT_EQ(problems_of(with("steps: [restore]\n"), options),
            (std::vector<std::string>{"1:1: --var names 'clutser', which this scenario does not declare; did "
                                      "you mean 'cluster'?"}));
}

TEST(ProblemsOfLargeFiles, AnAliasBombIsRefused) {
  std::string yaml = "a0: &a0 [x, x, x, x, x, x, x, x, x, x]\n";
  for (int i = 1; i < 9; ++i) {
    std::string const former = "*a" + std::to_string(i - 1);
    yaml += "a" + std::to_string(i) + ": &a" + std::to_string(i) + " [" + former;
    for (int k = 0; k < 9; ++k) yaml += ", " + former;
    yaml += "]\n";
  }
  std::vector<std::string> const problems = problems_of(yaml);
  EXPECT_THAT(problems, testing::Contains(testing::HasSubstr("too large for a scenario")));
  EXPECT_LT(problems.size(), 100U);
}

TEST(ProblemsOfLargeFiles, DeepNestingIsRefused) {
  std::string const yaml =
      with("steps: [restore]\nobjectives: " + std::string(40, '[') + std::string(40, ']'));
  EXPECT_THAT(problems_of(yaml), testing::Contains(testing::HasSubstr("nested too deep")));
}

}  // namespace
}  // namespace pgdrill::scenario
