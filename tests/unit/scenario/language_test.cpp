// Blocks, triggers, faults, includes, repetition: what is written becomes this, and what is wrong is told.
#include <gmock/gmock.h>

#include "tests/unit/scenario/catalogue.hpp"

namespace pgdrill::scenario {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;
using testing::Pair;

Catalogue language() {
  Catalogue all = test_catalogue();
  all.faults = {
      {.name = "fence", .summary = "Fences", .lasting = true},
      {.name = "pod-kill", .summary = "Kills", .phase = "replay", .longest = std::chrono::seconds(20)}};
  all.triggers = {
      {.name = "after",
       .summary = "Time has passed",
       .parameters = {{"for", ParameterType::duration, true, "", "how long"}}},
      {.name = "recovery-stage",
       .summary = "A recovery has come so far",
       .parameters = {{.name = "stage", .required = true, .help = "which", .refers_to = Named::mark}}}};
  return all;
}

ParseOutcome parse(std::string const& rest, ParseOptions const& options = {}) {
  return parse_text(scenario_text(rest), "dir/s.yaml", language(), options);
}

std::string problems_text(ParseOutcome const& outcome) {
  std::string text;
  for (Problem const& problem : outcome.problems) {
    text += problem.location.text() + " " + problem.message + "\n";
  }
  return text;
}

ParseOptions with_file(std::string const& name, std::string const& text) {
  return {.variables = {},
          .namespace_override = {},
          .load = [name, text](std::filesystem::path const& file) -> Result<std::string> {
            if (file == name) return text;
            return fail({.kind = ErrorKind::io, .what = "cannot read", .why = "no such file"});
          }};
}

constexpr char const* fragment_head = "apiVersion: pgdrill.io/v1\nkind: Fragment\n";

TEST(Language, BlocksNestAndAddUpTheirTime) {
  ParseOutcome const outcome = parse(
      "steps:\n"
      "  - parallel:\n"
      "      - sequence:\n"
      "          - wait: {for: 1s}\n"
      "            timeout: 10s\n"
      "          - wait: {for: 1s}\n"
      "            timeout: 20s\n"
      "      - restore\n");
  ASSERT_THAT(problems_text(outcome), IsEmpty());
  StepSpec const& block = outcome.scenario.steps.at(0);
  EXPECT_EQ(block.sort, StepSpec::Sort::parallel);
  EXPECT_EQ(block.children.at(0).sort, StepSpec::Sort::sequence);
  EXPECT_EQ(worst_case(block.children.at(0)), std::chrono::seconds(30));
  EXPECT_EQ(worst_case(block), std::chrono::seconds(60));
  std::vector<std::string> ids;
  for (StepSpec const* item : all_items(outcome.scenario)) ids.push_back(item->id);
  EXPECT_THAT(ids, ElementsAre("wait", "wait-2", "restore"));
}

TEST(Language, AFaultStandsBesideAStepAndWaitsForATrigger) {
  ParseOutcome const outcome = parse(
      "steps:\n"
      "  - restore:\n"
      "    during:\n"
      "      - pod-kill:\n"
      "        when: {recovery-stage: replay-started}\n"
      "      - fence:\n"
      "        when: {after: {for: 2s}}\n"
      "        for: 10s\n"
      "        overlap: recovery\n");
  ASSERT_THAT(problems_text(outcome), IsEmpty());
  StepSpec const& restore = outcome.scenario.steps.at(0);
  EXPECT_EQ(restore.sort, StepSpec::Sort::step);
  ASSERT_EQ(restore.during.size(), 2U);
  EXPECT_EQ(restore.during[0].sort, StepSpec::Sort::fault);
  EXPECT_EQ(restore.during[0].timeout, std::chrono::seconds(20));
  EXPECT_EQ(restore.during[0].overlap, "replay");
  EXPECT_EQ(restore.during[0].when->kind, "recovery-stage");
  EXPECT_EQ(restore.during[0].when->parameters.text("stage"), "replay-started");
  EXPECT_EQ(restore.during[1].when->parameters.duration("for"), std::chrono::seconds(2));
  EXPECT_EQ(restore.during[1].held, std::chrono::seconds(10));
  EXPECT_EQ(restore.during[1].overlap, "recovery");
}

TEST(Language, WhatMakesNoSenseIsToldAllAtOnce) {
  ParseOutcome const outcome = parse(
      "steps:\n"
      "  - restore:\n"
      "    for: 1s\n"
      "    when: {afterr: 1s}\n"
      "  - pod-kill:\n"
      "    for: 1s\n"
      "    overlap: replya\n"
      "  - parallel: []\n"
      "    id: x\n"
      "  - pod-kil:\n"
      "  - restore:\n"
      "    during:\n"
      "      - restore:\n"
      "        during: []\n"
      "expect: maybe\n"
      "repeat: 0\n"
      "matrix: {clutser: [a]}\n");
  std::string const text = problems_text(outcome);
  for (char const* const problem :
       {"'for' is only for faults", "unknown trigger 'afterr'; did you mean 'after'?",
        "'pod-kill' is one blow", "there is no phase 'replya'; did you mean 'replay'?",
        "'parallel' must not be empty", "unknown key 'id'",
        "unknown step 'pod-kil'; did you mean 'pod-kill'?", "'during' cannot be inside 'during'",
        "'expect' must be pass or fail", "'repeat' must be a whole number",
        "'clutser', which is no variable of this scenario; did you mean"}) {
    EXPECT_THAT(text, HasSubstr(problem));
  }
}

TEST(Language, ConditionsGuardTheWholeRun) {
  ParseOutcome const outcome =
      parse("steady-state: [after: 1s]\nabort-when: [recovery-stage: replay-started]\nsteps: [restore]\n");
  ASSERT_THAT(problems_text(outcome), IsEmpty());
  EXPECT_EQ(outcome.scenario.steady_state.at(0).kind, "after");
  EXPECT_EQ(outcome.scenario.abort_when.at(0).kind, "recovery-stage");
}

TEST(Language, AMarkThatNobodyWritesIsNotWaitedFor) {
  auto const problems = [](std::string const& when, std::string const& others) {
    return problems_text(
        parse("steps:\n  - wait: {for: 1s}\n    when: {recovery-stage: " + when + "}\n" + others));
  };
  EXPECT_THAT(problems("noted", "  - note: {mark: noted}\n"), IsEmpty()) << "a later one, beside it perhaps";
  EXPECT_THAT(problems("replay-started", "  - restore\n"), IsEmpty()) << "by itself";
  EXPECT_EQ(problems("replay-started", "  - note: {mark: noted}\n"),
            "dir/s.yaml:8:28 no step writes mark 'replay-started'; expected one of: noted\n");
  EXPECT_THAT(problems("ntoed", "  - note: {mark: noted}\n"), HasSubstr("did you mean 'noted'?"));
  EXPECT_THAT(problems("noted", "  - nto: {mark: noted}\n"), testing::Not(HasSubstr("no step writes")))
      << "what a step that is not known would write nobody knows";
}

TEST(Language, ParametersMayContradictEachOther) {
  EXPECT_EQ(problems_text(parse("steps:\n  - note: {mark: slow, at-most: 1s}\n")),
            "dir/s.yaml:7:5 'note': slow takes longer than 1s\n");
  EXPECT_THAT(problems_text(parse("steps:\n  - note: {mark: slow, at-most: 1 s s}\n")),
              testing::Not(HasSubstr("takes longer")))
      << "each must be right first";
}

TEST(Language, AMistakeInAFragmentIsToldOnce) {
  ParseOptions const options =
      with_file("dir/a.yaml", fragment_head + std::string("steps: [{wiat: {for: 1s}}]\n"));
  ParseOutcome const outcome = parse("steps: [{include: a.yaml}, {include: a.yaml}]\n", options);
  EXPECT_EQ(outcome.problems.size(), 1U) << problems_text(outcome);
}

TEST(Language, TheGateHasItsThresholdsInTheScenario) {
  ParseOutcome const outcome = parse(
      "gate:\n  metrics: [rto, \"phase:restore\"]\n  limits: {\"phase:restore\": 20s}\n"
      "  minimum-change: 12.5%\n  floor: 3s\n  window: 10\n  baseline: {branch: main}\n"
      "  require-history: true\nsteps: [restore]\n");
  ASSERT_THAT(problems_text(outcome), IsEmpty());
  GateSpec const& gate = outcome.scenario.gate.value();
  EXPECT_THAT(gate.metrics, ElementsAre("rto", "phase:restore"));
  EXPECT_THAT(gate.limits, ElementsAre(Pair("phase:restore", std::chrono::seconds(20))));
  EXPECT_EQ(gate.minimum_change_percent, 12.5);
  EXPECT_EQ(gate.floor, std::chrono::seconds(3));
  EXPECT_EQ(gate.window, 10);
  EXPECT_EQ(gate.baseline_branch, "main");
  EXPECT_EQ(gate.require_history, true);
}

TEST(Language, AMatrixGivesEveryCombination) {
  ParseOutcome const outcome = parse_text(
      "apiVersion: pgdrill.io/v1\nkind: Scenario\nmetadata: {name: test, tags: [nightly]}\n"
      "variables: {by: name, size: small}\nmatrix: {by: [name, lsn], size: [small, large]}\nrepeat: 3\nseed: "
      "7\n"
      "expect: fail\ntarget: {namespace: develop, cluster: orders}\nsteps: [restore]\n",
      "s.yaml", language(), {});
  ASSERT_THAT(problems_text(outcome), IsEmpty());
  EXPECT_THAT(outcome.scenario.tags, ElementsAre("nightly"));
  EXPECT_EQ(outcome.scenario.repeat, 3);
  EXPECT_EQ(outcome.scenario.seed, 7U);
  EXPECT_TRUE(outcome.scenario.expect_failure);
  std::vector<std::map<std::string, std::string>> const all = combinations(outcome.scenario);
  ASSERT_EQ(all.size(), 4U);
  EXPECT_THAT(all.at(1), ElementsAre(Pair("by", "name"), Pair("size", "large")));
}

TEST(Language, AnIncludedFileSeesItsParametersOnly) {
  ParseOptions const options = with_file(
      "dir/parts/a.yaml",
      fragment_head + std::string("parameters: {note: , mode: fast}\n"
                                  "steps:\n  - wait: {for: 1s, note: \"${note}\", mode: \"${mode}\"}\n"));
  ParseOutcome const outcome =
      parse("steps:\n  - include: parts/a.yaml\n    with: {note: \"of ${cluster}\"}\n  - restore\n", options);
  ASSERT_THAT(problems_text(outcome), IsEmpty());
  ASSERT_EQ(outcome.scenario.steps.size(), 2U);
  EXPECT_EQ(outcome.scenario.steps[0].parameters.text("note"), "of orders");
  EXPECT_EQ(outcome.scenario.steps[0].parameters.text("mode"), "fast");
  EXPECT_EQ(outcome.scenario.steps[0].location.file, "dir/parts/a.yaml");
}

TEST(Language, ProblemsOfAnIncludedFileShowItsOwnLines) {
  ParseOptions const options = with_file(
      "dir/a.yaml",
      fragment_head + std::string("parameters: {note: }\nsteps: [{wiat: {for: \"${cluster}\"}}]\n"));
  ParseOutcome const outcome = parse("steps:\n  - include: a.yaml\n    with: {nose: x}\n", options);
  std::string const text = render_problems(outcome.problems, outcome.sources);
  EXPECT_THAT(text, HasSubstr("the included file needs parameter 'note'"));
  EXPECT_THAT(text, HasSubstr("no parameter 'nose'; did you mean 'note'?"));
  EXPECT_THAT(text, HasSubstr("dir/a.yaml:4:10: error: unknown step 'wiat'"));
  EXPECT_THAT(text, HasSubstr("  4 | steps: [{wiat"));
}

TEST(Language, AFileThatIncludesItselfOrIsMissingIsAProblem) {
  ParseOptions const options =
      with_file("dir/a.yaml", fragment_head + std::string("steps: [{include: a.yaml}, {include: b.yaml}]\n"));
  std::string const text = problems_text(parse("steps: [{include: a.yaml}]\n", options));
  EXPECT_THAT(text, HasSubstr("'dir/a.yaml' includes itself"));
  EXPECT_THAT(text, HasSubstr("cannot read 'dir/b.yaml': no such file"));
}

TEST(Language, APasswordIsRefused) {
  for (char const* const note : {"postgresql://app:hunter2@orders-rw/app", "host=x password=hunter2"}) {
    std::string const text =
        problems_text(parse("steps:\n  - wait: {for: 1s, note: \"" + std::string(note) + "\"}\n"));
    EXPECT_THAT(text, HasSubstr("holds a password; secrets are given by reference"));
    EXPECT_THAT(text, testing::Not(HasSubstr("hunter2")));
  }
}

}  // namespace
}  // namespace pgdrill::scenario
