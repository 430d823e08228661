// Blocks, faults beside steps, triggers, guards: what the executor makes of the language.
#include <gmock/gmock.h>

#include <csignal>

#include "harness/engine/undo_records.hpp"
#include "tests/unit/engine/drill.hpp"

namespace pgdrill::engine {
namespace {

using scenario::ParameterType;
using scenario::StepSpec;
using scenario::TriggerSpec;
using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;

kube::ObjectRef const service{kube::service_type, "develop", "orders-db"};

/// Steps and triggers of these tests wait for each other by marks and not by time.
Task<Result<>> wait_for_mark(RunContext& context, std::string name) {
  while (!context.mark_times.contains(name)) co_await sleep_for(std::chrono::milliseconds(1));
  co_return Result<>();
}

/// Makes the mark `mark`, then waits for the mark `until`.
class Meet final : public Step {
 public:
  static scenario::Declaration describe() {
    return {.name = "meet",
            .summary = "meets",
            .parameters = {{"mark", ParameterType::text, false, "", ""},
                           {"until", ParameterType::text, false, "", ""}}};
  }
  Task<Result<StepOutcome>> run(RunContext& context, StepSpec const& spec) override {
    if (spec.parameters.given("mark")) context.mark(spec.parameters.text("mark"), spec.id, "test");
    if (spec.parameters.given("until"))
      CO_TRY_VOID(co_await wait_for_mark(context, spec.parameters.text("until")));
    co_return StepOutcome{};
  }
  std::vector<std::string> checks(StepSpec const& spec, scenario::Scenario const&) const override {
    if (!spec.parameters.given("mark")) return {};
    return {"mark " + spec.parameters.text("mark"), "met"};
  }
};

class Disprove final : public Step {
 public:
  Task<Result<StepOutcome>> run(RunContext&, StepSpec const&) override {
    co_return StepOutcome{.passed = false};
  }
};

class Marked final : public Trigger {
 public:
  static scenario::Declaration describe() {
    return {.name = "marked", .summary = "", .parameters = {{"name", ParameterType::text, true, "", ""}}};
  }
  bool holds(TriggerSpec const&, json::value const& observation) override {
    return get_bool(observation, "there");
  }
  Task<Result<>> feed(RunContext& context, TriggerSpec const& spec, Look look) override {
    while (!look(json::object{{"there", context.mark_times.contains(spec.parameters.text("name"))}})) {
      co_await sleep_for(std::chrono::milliseconds(1));
    }
    co_return Result<>();
  }
};

/// Changes the Service; what it does when is the parameter's.
class Cut final : public Fault {
 public:
  static scenario::Declaration describe() {
    return {.name = "cut",
            .summary = "cuts",
            .parameters = {{"mode", ParameterType::text, false, "works", ""}},
            .witness = "the Service's selector",
            .longest = std::chrono::milliseconds(300),
            .lasting = true};
  }
  Task<Result<FaultTarget>> prepare(RunContext&, StepSpec const& spec) override {
    if (spec.parameters.text("mode") == "no-target") {
      co_return fail({.kind = ErrorKind::not_found, .what = "there is nothing to hit"});
    }
    co_return FaultTarget{
        .text = "Service orders-db",
        .undo = {undo_by_patch(service, {{"spec", {{"selector", {{"cut", nullptr}}}}}}, "mend the Service")}};
  }
  Task<Result<>> apply(RunContext& context, StepSpec const& spec) override {
    std::string const mode = spec.parameters.text("mode");
    if (mode == "gone") co_return fail({.kind = ErrorKind::conflict, .what = "its uid is another one"});
    if (mode == "breaks") co_return fail({.kind = ErrorKind::unreachable, .what = "the API is away"});
    CO_TRY_VOID(co_await context.kube->patch(service, kube::PatchType::merge,
                                             json::object{{"spec", {{"selector", {{"cut", "yes"}}}}}}));
    co_return Result<>();
  }
  Task<Result<Witness>> witness(RunContext& context, StepSpec const& spec) override {
    if (spec.parameters.text("mode") == "unseen") co_await sleep_for(std::chrono::hours(1));
    context.mark("is-cut", spec.id, "test");
    co_return Witness{.seen = true, .channel = "test", .expected = "cut", .observed = "cut"};
  }
};

/// Is seen only once the step beside which it stands is over.
class Blow final : public Fault {
 public:
  static scenario::Declaration describe() {
    return {.name = "blow", .summary = "strikes", .witness = "its mark", .longest = std::chrono::seconds(10)};
  }
  Task<Result<FaultTarget>> prepare(RunContext&, StepSpec const&) override {
    co_return FaultTarget{.text = "something"};
  }
  Task<Result<>> apply(RunContext&, StepSpec const&) override { co_return Result<>(); }
  Task<Result<Witness>> witness(RunContext& context, StepSpec const& spec) override {
    bool const first = !context.mark_times.contains("struck");
    context.mark("struck", spec.id, "test");
    if (first) co_await sleep_for(std::chrono::hours(1));
    co_return Witness{.seen = true, .channel = "test", .expected = "struck", .observed = "struck"};
  }
};

class Items : public Drill {
 protected:
  Items() {
    catalogue_.steps = {entry_of<Meet, Step>(Meet::describe()),
                        entry_of<Disprove, Step>({.name = "disprove", .summary = ""})};
    catalogue_.faults = {entry_of<Blow, Fault>(Blow::describe()), entry_of<Cut, Fault>(Cut::describe())};
    catalogue_.triggers = {entry_of<Marked, Trigger>(Marked::describe())};
    client_->put(service,
                 {{"metadata", {{"name", "orders-db"}}}, {"spec", {{"selector", {{"app", "orders"}}}}}});
  }
  [[nodiscard]] std::string selector() const {
    return json::serialize(*find(*client_->object(service), "spec.selector"));
  }
};

TEST_F(Items, ParallelItemsRunSideBySide) {
  // Each waits for the other: in a row neither would end.
  RunEnd const end =
      run("steps:\n  - parallel:\n      - meet: {mark: a, until: b}\n      - meet: {mark: b, until: a}\n");
  EXPECT_EQ(end.status, "completed");
}

TEST_F(Items, AFailureEndsItsSiblingsAndWhatFollows) {
  RunEnd const end =
      run("steps:\n  - parallel:\n      - meet: {until: never}\n      - sequence: [disprove, meet: {}]\n  - "
          "meet: {}\n");
  EXPECT_EQ(end.status, "failed");
  EXPECT_EQ(status("meet"), "cancelled");
  EXPECT_EQ(status("meet-2"), "skipped");
  EXPECT_EQ(status("meet-3"), "skipped");
}

TEST_F(Items, AStepWaitsForItsTriggerAndTellsTheTimes) {
  RunEnd const end =
      run("steps:\n  - parallel:\n      - meet: {mark: later}\n        when: {marked: start}\n      - meet: "
          "{mark: start, until: later}\n");
  EXPECT_EQ(end.status, "completed");
  ASSERT_EQ(events("trigger").size(), 1U);
  json::value const fired = events("trigger").front();
  EXPECT_EQ(get_string(fired, "condition"), "marked name=start");
  EXPECT_GT(get_int(fired, "condition_ns"), 0);
  EXPECT_GE(get_int(fired, "t"), get_int(fired, "condition_ns"));
  EXPECT_LE(get_int(fired, "unmet_ns"), get_int(fired, "condition_ns"));
}

TEST_F(Items, AFaultBesideAStepIsAppliedWitnessedAndLiftedWithIt) {
  RunEnd const end =
      run("steps:\n  - meet: {mark: go, until: is-cut}\n    during:\n      - cut: {}\n        when: {marked: "
          "go}\n");
  EXPECT_EQ(end.status, "completed");
  EXPECT_EQ(witness("cut"), "seen");
  EXPECT_EQ(status("cut"), "ok");
  EXPECT_EQ(selector(), R"({"app":"orders"})");
  EXPECT_TRUE(end.left.empty());
  std::vector<std::string> actions;
  for (json::value const& event : events("fault")) actions.push_back(get_string(event, "action"));
  EXPECT_THAT(actions, ElementsAre("armed", "applied", "lifted"));
  EXPECT_GE(get_int(events("fault").at(1), "error_ns", -1), 0);
}

TEST_F(Items, AFaultWithoutAnEndLastsUntilTheRunEnds) {
  RunEnd const end = run("steps:\n  - cut: {}\n  - meet: {}\n");
  EXPECT_EQ(end.status, "completed");
  std::vector<std::string> const story = journal_.story();
  auto const place = [&](std::string const& line) { return std::find(story.begin(), story.end(), line); };
  EXPECT_LT(place("step-finished meet ok"), place("undo-started 1"));
  EXPECT_EQ(selector(), R"({"app":"orders"})");
}

TEST_F(Items, AFaultIsHeldForItsTimeAndLiftedBeforeTheNextItem) {
  RunEnd const end = run("steps:\n  - cut: {}\n    for: 20ms\n  - meet: {}\n");
  EXPECT_EQ(end.status, "completed");
  std::vector<std::string> const story = journal_.story();
  auto const place = [&](std::string const& line) { return std::find(story.begin(), story.end(), line); };
  EXPECT_LT(place("undo-finished 1 done"), place("step-started meet"));
}

struct Miss {
  char const* name;
  char const* sections;
};

class Misses : public Items, public testing::WithParamInterface<Miss> {};

/// Whatever keeps a fault from its target, the run goes on, the missing witness is told, and all is undone.
TEST_P(Misses, LeaveAMissingWitness) {
  RunEnd const end = run(GetParam().sections);
  EXPECT_EQ(end.status, "completed");
  EXPECT_THAT(witness("cut"), HasSubstr("missing"));
  EXPECT_EQ(selector(), R"({"app":"orders"})");
  EXPECT_TRUE(end.left.empty());
}

INSTANTIATE_TEST_SUITE_P(
    Faults, Misses,
    testing::Values(
        Miss{"no_target", "steps:\n  - cut: {mode: no-target}\n"},
        Miss{"target_gone", "steps:\n  - cut: {mode: gone}\n"},
        Miss{"effect_unseen", "steps:\n  - cut: {mode: unseen}\n"},
        Miss{"trigger_never_fires", "steps:\n  - cut: {}\n    when: {marked: never}\n"},
        Miss{"step_ends_first",
             "steps:\n  - meet: {}\n    during:\n      - cut: {}\n        when: {marked: never}\n"},
        Miss{"phase_never_begins", "steps:\n  - cut: {}\n    for: 1ms\n    overlap: replay\n"},
        Miss{"phase_is_over",
             "steps:\n  - meet: {mark: replay-started}\n  - meet: {mark: replay-stopped}\n  - cut: {}\n    "
             "for: 1ms\n    overlap: replay\n"}),
    [](auto const& info) { return info.param.name; });

TEST_F(Items, ADoseInsideThePhaseIsWitnessed) {
  RunEnd const end =
      run("steps:\n  - meet: {mark: replay-started}\n  - cut: {}\n    for: 1ms\n    overlap: replay\n");
  EXPECT_EQ(end.status, "completed");
  EXPECT_EQ(witness("cut"), "seen, seen");
}

constexpr char const* blow_that_ends_its_step =
    "steps:\n  - meet: {mark: migration-pushed, until: struck}\n    during:\n      - blow: {}\n        when: "
    "{marked: migration-pushed}\n        overlap: ";

// As when a statement that is killed is what ends the step.
TEST_F(Items, ABlowThatEndsItsStepIsSeenAfterIt) {
  RunEnd const end = run(blow_that_ends_its_step + std::string("migration\n"));
  EXPECT_EQ(end.status, "completed");
  EXPECT_EQ(witness("blow"), "seen, seen");
}

TEST_F(Items, ABlowIsNotSeenAfterTheStepThatIsItsPhase) {
  RunEnd const end = run(blow_that_ends_its_step + std::string("step\n"));
  EXPECT_EQ(end.status, "completed");
  EXPECT_EQ(witness("blow"), "missing");
}

TEST_F(Items, AFaultThatCannotBeDoneStopsTheRunAndIsUndone) {
  RunEnd const end = run("steps:\n  - cut: {mode: breaks}\n  - meet: {}\n");
  EXPECT_EQ(end.status, "error");
  EXPECT_EQ(status("cut"), "error");
  EXPECT_EQ(status("meet"), "skipped");
  EXPECT_TRUE(end.left.empty());
}

TEST_F(Items, AFaultIsNotInForceTwice) {
  EXPECT_EQ(run("steps:\n  - cut: {}\n  - cut: {}\n").status, "error");
  EXPECT_THAT(get_string(events("step-finished").back(), "error.why"),
              testing::HasSubstr("step cut does the same"));
}

TEST_F(Items, APlaceboKeepsTheTimelineAndTouchesNothing) {
  placebo_ = true;
  RunEnd const end =
      run("steps:\n  - meet: {mark: go}\n    during:\n      - cut: {}\n        when: {marked: go}\n  - cut: "
          "{}\n    for: 1ms\n");
  EXPECT_EQ(end.status, "completed");
  EXPECT_EQ(status("cut-2"), "ok");
  EXPECT_THAT(events("witness"), IsEmpty());
  EXPECT_FALSE(end.announced);
  for (std::string const& call : client_->calls) EXPECT_THAT(call, testing::Not(HasSubstr("orders-db")));
}

TEST_F(Items, AbortWhenStopsTheStepsAndUndoesAll) {
  RunEnd const end =
      run("abort-when: [marked: danger]\nsteps:\n  - cut: {}\n  - meet: {mark: danger, until: never}\n");
  EXPECT_EQ(end.status, "error");
  EXPECT_EQ(end.error->what, "the drill was aborted");
  EXPECT_EQ(status("meet"), "cancelled");
  EXPECT_EQ(events("abort").size(), 1U);
  EXPECT_EQ(selector(), R"({"app":"orders"})");
}

TEST_F(Items, NothingIsBrokenInASystemThatIsNotSteady) {
  RunEnd const end = run("steady-state: [marked: calm]\nsteps: [cut: {}]\n");
  EXPECT_EQ(end.status, "error");
  EXPECT_THAT(end.error->what, HasSubstr("not in its steady state"));
  EXPECT_EQ(status("cut"), "skipped");
  EXPECT_FALSE(end.announced);
}

/// Holds until the mark "worn-out".
class Fresh final : public Trigger {
 public:
  bool holds(TriggerSpec const&, json::value const& observation) override { return observation.as_bool(); }
  Task<Result<>> feed(RunContext& context, TriggerSpec const&, Look look) override {
    while (!look(json::value(!context.mark_times.contains("worn-out"))))
      co_await sleep_for(std::chrono::milliseconds(1));
    co_return Result<>();
  }
};

TEST_F(Items, TheSteadyStateIsCheckedAgainAfterwards) {
  catalogue_.triggers = {entry_of<Fresh, Trigger>({.name = "fresh", .summary = ""})};
  RunEnd const end = run("steady-state: [fresh: {}]\nsteps: [meet: {mark: worn-out}]\n");
  EXPECT_EQ(end.status, "completed");
  ASSERT_EQ(events("check").size(), 2U);
  EXPECT_EQ(get_string(events("check")[0], "status"), "passed");
  EXPECT_EQ(get_string(events("check")[1], "status"), "failed");
}

TEST_F(Items, TheChecksThatAreToComeAreToldAtTheStart) {
  // It is refused before its first step, and has told them all the same.
  RunEnd const end =
      run("steady-state: [marked: calm]\nsteps:\n  - parallel:\n      - meet: {mark: a}\n      - meet: {}\n"
          "  - meet: {mark: b}\n    id: last\n  - cut: {}\n");
  EXPECT_EQ(end.status, "error");
  ASSERT_EQ(events("run-started").size(), 1U);
  json::value const started = events("run-started").front();
  std::vector<std::string> planned;
  for (json::value const& check : find(started, "checks")->as_array())
    planned.push_back(get_string(check, "step") + ": " + get_string(check, "name"));
  EXPECT_THAT(planned, ElementsAre(": steady-state before", "meet: mark a", "meet: met", "last: mark b",
                                   "last: met", ": steady-state after"));
}

class Asking final : public Probe {
 public:
  static scenario::Declaration describe() {
    return {.name = "asking",
            .summary = "",
            .parameters = {{"every", ParameterType::duration, false, "100ms", ""}}};
  }
  Task<Result<>> prepare(RunContext&, scenario::ProbeSpec const&) override { co_return Result<>(); }
  Task<> run(RunContext&, scenario::ProbeSpec const&) override { co_return; }
};

/// Histories are compared by it: of what a run measures, the probes' interval is the resolution.
TEST_F(Items, TheDrillsDigestKnowsHowOftenProbesAsk) {
  auto const digest = [&](std::string const& probe) {
    TestCatalogue const catalogue{.steps = catalogue_.steps,
                                  .probes = {entry_of<Asking, Probe>(Asking::describe())}};
    JournalFile journal;
    catalogue_ = catalogue;
    RunSettings given = settings("probes: [asking: " + probe + "]\nsteps: [meet: {}]\n");
    given.journal = &*journal;
    Executor executor(std::move(given));
    EXPECT_EQ(run_to_end(executor.run()).status, "completed");
    return get_string(journal.events().front(), "scenario.drill_sha256");
  };
  std::string const by_default = digest("{}");
  EXPECT_EQ(by_default.size(), 64U);
  EXPECT_EQ(digest("{every: 100ms}"), by_default);
  EXPECT_NE(digest("{every: 200ms}"), by_default);
}

/// Each mark is one place to be interrupted at; wherever it is, the run ends and nothing stays cut.
TEST_F(Items, AnInterruptAfterALiftedFaultEndsTheRun) {
  RunSettings given = settings("steps:\n  - cut: {}\n    for: 1ms\n  - meet: {mark: here, until: never}\n");
  Executor executor(std::move(given));
  journal_->subscribe([&](json::object const& event) {
    if (get_string(event, "name") == "here") executor.interrupt(SIGINT);
  });
  RunEnd const end = run_to_end(executor.run());
  EXPECT_EQ(end.status, "interrupted");
  EXPECT_EQ(status("meet"), "cancelled");
}

TEST_F(Items, AFaultInARowBesideAStepEndsWithTheStep) {
  RunEnd const end =
      run("steps:\n  - meet: {until: is-cut}\n    during:\n      - sequence:\n          - cut: {}\n"
          "            for: 1h\n          - cut: {}\n");
  EXPECT_EQ(end.status, "completed");
  EXPECT_EQ(status("cut"), "ok");
  EXPECT_EQ(status("cut-2"), "skipped");
  EXPECT_EQ(selector(), R"({"app":"orders"})");
}

TEST_F(Items, AnInterruptLiftsWhatIsHeld) {
  RunSettings given = settings("steps:\n  - meet: {until: never}\n    during: [cut: {}]\n");
  Executor executor(std::move(given));
  journal_->subscribe([&](json::object const& event) {
    if (get_string(event, "event") == "mark") executor.interrupt(SIGINT);
  });
  RunEnd const end = run_to_end(executor.run());
  EXPECT_EQ(end.status, "interrupted");
  EXPECT_EQ(selector(), R"({"app":"orders"})");
  EXPECT_TRUE(end.left.empty());
}

}  // namespace
}  // namespace pgdrill::engine
