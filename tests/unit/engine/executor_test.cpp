#include "harness/engine/executor.hpp"

#include <fcntl.h>
#include <gmock/gmock.h>

#include <csignal>

#include "harness/engine/undo_records.hpp"
#include "tests/unit/engine/fake_client.hpp"
#include "tests/unit/engine/journal_file.hpp"

namespace pgdrill::engine {
namespace {

using testing::Contains;
using testing::ElementsAre;
using testing::HasSubstr;
using testing::Not;

kube::ObjectRef const made{kube::service_type, "develop", "made"};
kube::ObjectRef const lease{kube::lease_type, "develop", "pgdrill"};

/// What a step of a test does; its kind is the name of the behaviour.
using Behaviour = Task<Result<StepOutcome>> (*)(RunContext&);

Task<Result<StepOutcome>> pass(RunContext&) { co_return StepOutcome{}; }
Task<Result<StepOutcome>> disprove(RunContext&) { co_return StepOutcome{.passed = false, .outputs = {}}; }
Task<Result<StepOutcome>> break_down(RunContext&) {
  co_return fail({.kind = ErrorKind::unreachable, .what = "cannot do it"});
}
Task<Result<StepOutcome>> throw_up(RunContext&) {
  throw std::runtime_error("surprise");
  co_return StepOutcome{};
}
Task<Result<StepOutcome>> hang(RunContext&) {
  co_await sleep_for(std::chrono::hours(1));
  co_return StepOutcome{};
}
Task<Result<StepOutcome>> act(RunContext& context) {
  CO_TRY_VOID(co_await context.undo.announce(undo_by_delete(made)));
  CO_TRY_VOID(
      co_await context.kube->create(kube::service_type, "develop", {{"metadata", {{"name", "made"}}}}));
  co_return StepOutcome{};
}
/// Stops itself from outside: as SIGINT would in the middle of a step.
Executor* running = nullptr;
Task<Result<StepOutcome>> get_interrupted(RunContext& context) {
  running->interrupt(SIGINT);
  co_return co_await hang(context);
}

template <Behaviour behaviour>
class TestStep final : public Step {
 public:
  Task<Result<StepOutcome>> run(RunContext& context, scenario::StepSpec const&) override {
    return behaviour(context);
  }
};
template <Behaviour behaviour>
Entry<Step> entry(char const* name) {
  return {.declaration = {.name = name, .summary = name},
          .make = [] { return std::unique_ptr<Step>(std::make_unique<TestStep<behaviour>>()); }};
}

class RefusesInPreflight final : public Step {
 public:
  Task<Result<>> preflight(RunContext&, scenario::StepSpec const&) override {
    co_return fail({.kind = ErrorKind::refused, .what = "the target lies in the future"});
  }
  Task<Result<StepOutcome>> run(RunContext&, scenario::StepSpec const&) override { co_return StepOutcome{}; }
};
/// Runs before there is anything to probe.
class Unobserved final : public Step {
 public:
  bool observed() const override { return false; }
  Task<Result<StepOutcome>> run(RunContext&, scenario::StepSpec const&) override { co_return StepOutcome{}; }
};
class Ticking final : public Probe {
 public:
  Task<Result<>> prepare(RunContext&, scenario::ProbeSpec const&) override { co_return Result<>(); }
  Task<> run(RunContext&, scenario::ProbeSpec const&) override { co_await sleep_for(std::chrono::hours(1)); }
};
class BreaksDown final : public Probe {
 public:
  Task<Result<>> prepare(RunContext&, scenario::ProbeSpec const&) override { co_return Result<>(); }
  Task<> run(RunContext&, scenario::ProbeSpec const&) override {
    throw std::runtime_error("surprise");
    co_return;
  }
};

std::vector<Entry<Step>> const test_steps{
    entry<pass>("pass"),
    entry<disprove>("disprove"),
    entry<break_down>("break-down"),
    entry<throw_up>("throw"),
    entry<hang>("hang"),
    entry<act>("act"),
    entry<get_interrupted>("interrupt"),
    {.declaration = {.name = "refuse", .summary = ""},
     .make = [] { return std::unique_ptr<Step>(std::make_unique<RefusesInPreflight>()); }},
    {.declaration = {.name = "early", .summary = ""},
     .make = [] { return std::unique_ptr<Step>(std::make_unique<Unobserved>()); }}};
std::vector<Entry<Probe>> const test_probes{
    {.declaration = {.name = "tick", .summary = ""},
     .make = [] { return std::unique_ptr<Probe>(std::make_unique<Ticking>()); }},
    {.declaration = {.name = "broken", .summary = ""},
     .make = [] { return std::unique_ptr<Probe>(std::make_unique<BreaksDown>()); }}};

class Execution : public testing::Test {
 protected:
  Execution() { allow_faults(*client_); }

  RunEnd execute(std::vector<std::string> const& kinds, std::vector<std::string> const& probes = {},
                 Duration timeout = std::chrono::seconds(30)) {
    scenario::Scenario scenario;
    scenario.name = "test";
    scenario.file = "test.yaml";
    scenario.target.ns = "develop";
    for (std::string const& kind : kinds) {
      scenario.steps.push_back(
          {.id = kind, .kind = kind, .title = kind, .timeout = timeout, .parameters = {}, .location = {}});
    }
    for (std::string const& kind : probes) {
      scenario.probes.push_back({.name = kind, .kind = kind, .parameters = {}, .location = {}});
    }
    Executor executor({.scenario = scenario,
                       .run_id = "r1",
                       .evidence_directory = journal_.directory(),
                       .kube = client_,
                       .journal = &*journal_,
                       .databases = &databases_,
                       .steps = &test_steps,
                       .probes = &test_probes});
    running = &executor;
    return run_to_end(executor.run());
  }

  JournalFile journal_;
  std::shared_ptr<FakeClient> client_ = std::make_shared<FakeClient>();
  cnpg::DatabaseAccess databases_{client_, "develop"};
};

TEST_F(Execution, RunsStepsInOrderAndUndoesThem) {
  RunEnd const end = execute({"pass", "act"}, {"tick"});
  EXPECT_EQ(end.status, "completed");
  EXPECT_TRUE(end.announced);
  EXPECT_THAT(journal_.story(), ElementsAre("run-started", "probe-started tick", "step-started pass",
                                            "step-finished pass ok", "step-started act", "undo-announced 1",
                                            "step-finished act ok", "probe-finished tick", "undo-started 1",
                                            "undo-finished 1 done", "run-finished completed"));
  EXPECT_FALSE(client_->exists(made));
  EXPECT_FALSE(client_->exists(lease));
}

TEST_F(Execution, ProbesStartBeforeTheFirstObservedStep) {
  execute({"early", "pass"}, {"tick"});
  EXPECT_THAT(journal_.story(),
              ElementsAre("run-started", "step-started early", "step-finished early ok", "probe-started tick",
                          "step-started pass", "step-finished pass ok", "probe-finished tick",
                          "run-finished completed"));
}

TEST_F(Execution, SkipsWhatFollowsADisprovedStep) {
  RunEnd const end = execute({"act", "disprove", "pass"});
  EXPECT_EQ(end.status, "failed");
  EXPECT_THAT(journal_.story(), Contains("step-finished disprove failed"));
  EXPECT_THAT(journal_.story(), Contains("step-finished pass skipped"));
  EXPECT_FALSE(client_->exists(made));
}

TEST_F(Execution, AStepThatCannotBeDoneIsAnError) {
  RunEnd const end = execute({"act", "break-down", "pass"});
  EXPECT_EQ(end.status, "error");
  ASSERT_TRUE(end.error);
  EXPECT_EQ(end.error->what, "cannot do it");
  EXPECT_THAT(journal_.story(), Contains("step-finished break-down error"));
  EXPECT_THAT(journal_.story(), Contains("step-finished pass skipped"));
  EXPECT_FALSE(client_->exists(made));
}

TEST_F(Execution, AStepThatThrowsIsOurBugAndIsUndone) {
  RunEnd const end = execute({"act", "throw", "pass"});
  EXPECT_EQ(end.status, "error");
  ASSERT_TRUE(end.error);
  EXPECT_EQ(end.error->kind, ErrorKind::internal);
  EXPECT_EQ(end.error->why, "surprise");
  EXPECT_THAT(journal_.story(), Contains("step-finished pass skipped"));
  EXPECT_FALSE(client_->exists(made));
}

TEST_F(Execution, AStepThatTakesTooLongIsEndedAndUndone) {
  RunEnd const end = execute({"act", "hang", "pass"}, {"tick"}, std::chrono::milliseconds(500));
  EXPECT_EQ(end.status, "error");
  ASSERT_TRUE(end.error);
  EXPECT_EQ(end.error->kind, ErrorKind::timeout);
  EXPECT_THAT(describe(*end.error), HasSubstr("step 'hang' did not end"));
  EXPECT_FALSE(client_->exists(made));
}

TEST_F(Execution, AnInterruptedRunIsUndone) {
  RunEnd const end = execute({"act", "interrupt", "pass"}, {"tick"});
  EXPECT_EQ(end.status, "interrupted");
  EXPECT_THAT(
      journal_.story(),
      ElementsAre("run-started", "probe-started tick", "step-started act", "undo-announced 1",
                  "step-finished act ok", "step-started interrupt", "interrupted",
                  "step-finished interrupt cancelled", "probe-finished tick", "step-finished pass skipped",
                  "undo-started 1", "undo-finished 1 done", "run-finished interrupted"));
  EXPECT_FALSE(client_->exists(made));
  EXPECT_FALSE(client_->exists(lease));
}

TEST_F(Execution, WhatCannotBeUndoneIsLeftOver) {
  client_->intercept = [](std::string const& call) -> std::optional<Error> {
    if (call != "delete Service develop/made") return {};
    return Error{.kind = ErrorKind::refused, .what = "forbidden"};
  };
  RunEnd const end = execute({"act"});
  ASSERT_EQ(end.left.size(), 1U);
  EXPECT_EQ(end.left[0].summary, "delete Service develop/made");
  EXPECT_THAT(journal_.story(), Contains("undo-finished 1 failed"));
}

TEST_F(Execution, ABrokenProbeIsToldAndStopsNothing) {
  RunEnd const end = execute({"pass"}, {"broken"});
  EXPECT_EQ(end.status, "completed");
  std::string told;
  for (json::value const& event : journal_.events()) {
    if (get_string(event, "event") == "probe-finished") told = get_string(event, "error.why");
  }
  EXPECT_EQ(told, "surprise");
}

TEST_F(Execution, ANamespaceWithoutOptInIsNotTouched) {
  client_->put({kube::namespace_type, "", "develop"}, {});
  RunEnd const end = execute({"act"});
  EXPECT_EQ(end.status, "error");
  ASSERT_TRUE(end.error);
  EXPECT_EQ(end.error->kind, ErrorKind::refused);
  EXPECT_THAT(describe(*end.error),
              HasSubstr("kubectl label namespace develop pgdrill.io/allow-faults=true"));
  EXPECT_THAT(client_->calls, testing::IsEmpty());
  EXPECT_THAT(journal_.story(),
              ElementsAre("run-started", "step-finished act skipped", "run-finished error"));
}

TEST_F(Execution, ANamespaceThatAnotherRunHoldsIsNotTouched) {
  NamespaceLease other(client_, "develop", "r2");
  ASSERT_TRUE(run_to_end(other.acquire()));
  RunEnd const end = execute({"act"});
  ASSERT_TRUE(end.error);
  EXPECT_THAT(describe(*end.error), HasSubstr("run r2 holds it"));
  EXPECT_THAT(journal_.story(), Not(Contains("step-started act")));
  EXPECT_TRUE(client_->exists(lease)) << "the hold of the other run stays";
}

TEST_F(Execution, ANamespaceWithUndoPendingIsNotTouched) {
  JournalFile other_journal;
  UndoLog other(*other_journal, client_, "develop", "r0");
  ASSERT_TRUE(run_to_end(other.announce(undo_by_delete(made))));
  RunEnd const end = execute({"act"});
  ASSERT_TRUE(end.error);
  EXPECT_EQ(end.error->kind, ErrorKind::refused);
  EXPECT_THAT(describe(*end.error), HasSubstr("run r0 left 1 thing(s) to undo"));
  EXPECT_THAT(journal_.story(), Not(Contains("step-started act")));
  EXPECT_FALSE(client_->exists(lease));
}

TEST_F(Execution, WhatCannotWorkIsRefusedBeforeAnythingIsDone) {
  RunEnd const end = execute({"act", "refuse"});
  ASSERT_TRUE(end.error);
  EXPECT_EQ(end.error->what, "the target lies in the future");
  EXPECT_FALSE(end.announced);
  EXPECT_THAT(journal_.story(), Not(Contains("step-started act")));
  EXPECT_FALSE(client_->exists(lease));
}

TEST_F(Execution, AJournalThatCannotBeWrittenStopsTheRunBeforeItActs) {
  auto const full = Journal::over(::open("/dev/full", O_WRONLY | O_CLOEXEC), "/dev/full", "r1").value();
  scenario::Scenario scenario;
  scenario.file = "test.yaml";
  scenario.target.ns = "develop";
  scenario.steps.push_back({.id = "act", .kind = "act", .timeout = std::chrono::seconds(30)});
  Executor executor({.scenario = scenario,
                     .run_id = "r1",
                     .evidence_directory = journal_.directory(),
                     .kube = client_,
                     .journal = full.get(),
                     .databases = &databases_,
                     .steps = &test_steps,
                     .probes = &test_probes});
  RunEnd const end = run_to_end(executor.run());
  EXPECT_EQ(end.status, "error");
  ASSERT_TRUE(end.error);
  EXPECT_THAT(describe(*end.error), HasSubstr("No space left on device"));
  EXPECT_FALSE(client_->exists(made));
  EXPECT_FALSE(client_->exists(lease));
}

}  // namespace
}  // namespace pgdrill::engine
