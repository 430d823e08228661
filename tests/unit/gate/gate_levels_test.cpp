// What a history counts as one run, and what an accepted level does to it.
#include "tests/unit/gate/gate_fixture.hpp"

namespace pgdrill::reports {
namespace {

using testing::HasSubstr;

TEST_F(Gate, AnAcceptedLevelStartsAnew) {
  auto const history = steady_history();
  ASSERT_TRUE(
      append_acceptance(
          history,
          {.scenario = "data-rollback", .reason = "more data", .author = "ann", .at = "2026-11-24T04:00:00Z"})
          .has_value());
  GateReport const report = gate({.candidates = {journal("c", 60)}, .history = history});
  EXPECT_EQ(report.state, "accepted");
  EXPECT_EQ(report.exit_code, 0);
  EXPECT_EQ(report.excluded.superseded, 8U);
  EXPECT_THAT(gate_text(report), HasSubstr("more data"));
  // Who wants history gets no pass from an acceptance.
  EXPECT_EQ(
      gate({.candidates = {journal("d", 60)}, .history = history, .settings = {.require_history = true}})
          .exit_code,
      exit_inconclusive);
}

TEST_F(Gate, ARunThatWasThereWhenItsLevelWasAcceptedIsAccepted) {
  auto const history = steady_history();
  auto const slow = journal("c", 60);
  EXPECT_EQ(gate({.candidates = {slow}, .history = history}).exit_code, exit_suspect);
  Acceptance accepted{
      .scenario = "data-rollback", .reason = "more data", .at = "2026-11-24T04:00:00.000000Z"};
  accepted.metric = "rpo";
  ASSERT_TRUE(append_acceptance(history, accepted).has_value());
  EXPECT_EQ(gate({.candidates = {slow}, .history = history}).exit_code, exit_suspect) << "of another metric";
  accepted.metric = "";
  ASSERT_TRUE(append_acceptance(history, accepted).has_value());
  GateReport const report = gate({.candidates = {slow}, .history = history});
  EXPECT_EQ(report.state, "accepted");
  EXPECT_EQ(report.exit_code, 0);
}

TEST_F(Gate, AnAcceptanceKeepsWhatTheLevelWasAndIs) {
  auto const file = steady_history();
  for (double const rto : {60.0, 64.0}) {
    HistoryRun slow = history_run({summarize_journal(journal(fmt::format("s{}", rto), rto)).value()}).value();
    slow.gate = "suspect";
    ASSERT_TRUE(append_run(file, slow).has_value());
  }
  Acceptance accepted{.scenario = "data-rollback", .reason = "more data", .at = "2026-11-24T04:00:00Z"};
  accepted.medians = accepted_levels(read_history(file).value(), "data-rollback", "");
  EXPECT_EQ(accepted.medians.at("rto").before, 41);
  EXPECT_EQ(accepted.medians.at("rto").now, 62);
  EXPECT_TRUE(accepted.medians.contains("duration"));
  EXPECT_EQ(accepted_levels(read_history(file).value(), "data-rollback", "rto").size(), 1U);
  EXPECT_TRUE(accepted_levels(read_history(file).value(), "another", "").empty());
  ASSERT_TRUE(append_acceptance(file, accepted).has_value());
  GateReport const report = gate({.candidates = {journal("c", 63)}, .history = file});
  EXPECT_THAT(gate_text(report), HasSubstr("median rto was 41 s, then 62 s"));
  EXPECT_DOUBLE_EQ(parse_json(gate_json(report))
                       .value()
                       .at("acceptance")
                       .at("medians")
                       .at("rto")
                       .at("now")
                       .to_number<double>(),
                   62);
  // What came since is a level of its own: that of the newest run, as long as none is slower.
  EXPECT_EQ(accepted_levels(read_history(file).value(), "data-rollback", "rto").at("rto").before,
            std::nullopt);
}

TEST_F(Gate, AnAcceptanceExpires) {
  auto const history = steady_history();
  ASSERT_TRUE(append_acceptance(history, {.scenario = "data-rollback",
                                          .reason = "until the new disks come",
                                          .at = "2026-11-24T03:08:30.000000Z",
                                          .expires = "2026-11-24T03:10:30.000000Z"})
                  .has_value());
  EXPECT_EQ(gate({.candidates = {journal("c", 60)}, .history = history}).state, "accepted") << "it was there";
  journal("between", 60);
  EXPECT_EQ(gate({.candidates = {journal("d", 60)}, .history = history}).state, "accepted");
  GateReport const after = gate({.candidates = {journal("e", 60)}, .history = history});
  EXPECT_EQ(after.state, "suspect") << "the old level is compared with again";
  EXPECT_EQ(after.metrics.front().result.n, 8U);
  EXPECT_THAT(gate_text(after), HasSubstr("No longer accepted"));
}

TEST_F(Gate, CreepThatTheWindowFollowsIsToldAsAdvice) {
  std::filesystem::path const file = directory_ / "history.jsonl";
  double rto = 40;
  for (int i = 0; i < 40; ++i, rto *= 1.007) {
    HistoryRun const run =
        history_run({summarize_journal(journal(fmt::format("h{}", i), rto)).value()}).value();
    ASSERT_TRUE(append_run(file, run).has_value());
  }
  auto const candidate = journal("c", rto);
  GateReport const report = gate({.candidates = {candidate}, .history = file});
  EXPECT_EQ(report.state, "pass") << "advice fails nothing";
  EXPECT_EQ(report.metrics.front().result.n, 20U);
  ASSERT_TRUE(report.metrics.front().drift.has_value());
  EXPECT_THAT(gate_text(report), HasSubstr("Advice: it creeps"));
  // An accepted level is where it begins anew.
  Acceptance const accepted{.scenario = "data-rollback", .reason = "known", .at = "2026-11-24T03:20:30Z"};
  ASSERT_TRUE(append_acceptance(file, accepted).has_value());
  EXPECT_FALSE(gate({.candidates = {candidate}, .history = file}).metrics.front().drift.has_value());
}

TEST_F(Gate, AShiftBeforeTheWindowIsToldWithItsRun) {
  std::filesystem::path const file = directory_ / "history.jsonl";
  for (int i = 0; i < 45; ++i) {
    double const rto = (i < 15 ? 40 : 60) + i % 3;
    HistoryRun const run =
        history_run({summarize_journal(journal(fmt::format("h{}", i), rto)).value()}).value();
    ASSERT_TRUE(append_run(file, run).has_value());
  }
  GateReport const report = gate({.candidates = {journal("c", 61)}, .history = file});
  EXPECT_THAT(report.metrics.front().level_shift_run, testing::StartsWith("rh15 of "));
}

TEST_F(Gate, RepeatsOfARunCountOnce) {
  std::filesystem::path const first = journal("many/1", 40);
  journal("many/2", 90);
  journal("many/3", 41);
  GateReport const report = gate({.candidates = {directory_ / "many"}, .history = steady_history()});
  EXPECT_DOUBLE_EQ(report.metrics.front().result.value, 41);
  EXPECT_EQ(report.metrics.front().result.n, 8U);
  EXPECT_TRUE(std::filesystem::exists(first));
}

TEST_F(Gate, RepeatsInAHistoryAreOneRun) {
  std::filesystem::path const history = directory_ / "history.jsonl";
  for (int i = 0; i < 6; ++i) {
    HistoryRun run = history_run({summarize_journal(journal("h" + std::to_string(i), 40)).value()}).value();
    run.repetition = i < 4 ? "s1" : "";
    ASSERT_TRUE(append_run(history, run).has_value());
    ASSERT_TRUE(append_run(history, run).has_value()) << "what is recorded again is no run more";
  }
  History const known = read_history(history).value();
  ASSERT_EQ(known.runs.size(), 3U);
  EXPECT_EQ(known.runs.front().values.at("rto").size(), 4U);
  GateReport const report = gate({.candidates = {journal("c", 41)}, .history = history});
  EXPECT_EQ(report.metrics.front().result.n, 3U);
}

TEST_F(Gate, RepeatsOfOneRunAreNoFreshRuns) {
  std::vector<std::filesystem::path> repeats;
  for (int i = 0; i < 3; ++i) {
    std::string text = read_file(journal("r" + std::to_string(i), 60)).value();
    text.insert(1, R"("repetition":{"id":"s1"},)");
    repeats.push_back(directory_ / ("repeat" + std::to_string(i)));
    ASSERT_TRUE(write_file_atomically(repeats.back(), text).has_value());
  }
  Result<GateReport> const report = run_gate({.candidates = repeats, .history = steady_history()});
  ASSERT_FALSE(report.has_value());
  EXPECT_THAT(report.error().todo, HasSubstr("directory"));
}

TEST_F(Gate, ADirectoryOfRepeatsIsComparedByItsMedian) {
  journal("many/1", 40);
  journal("many/2", 90);
  journal("many/3", 42);
  EXPECT_DOUBLE_EQ(summarize_at(directory_ / "many").value().values.at("rto"), 42);
  journal("mixed/1", 40);
  journal("mixed/2", 40, "other");
  EXPECT_EQ(summarize_at(directory_ / "mixed").error().kind, ErrorKind::usage);
}

TEST_F(Gate, TheScreenHoldsWhatWasDecidedAndAccepted) {
  auto const file = steady_history();
  HistoryRun slow = history_run({summarize_journal(journal("c", 60)).value()}).value();
  using statistics::GateState;
  auto const state = [&] { return screen_run(slow, read_history(file).value()).front().state; };
  EXPECT_EQ(state(), GateState::suspect);
  slow.gate = "cleared";  // by fresh runs
  ASSERT_TRUE(append_run(file, slow).has_value());
  EXPECT_EQ(state(), GateState::cleared);
  slow.gate = "regressed";
  ASSERT_TRUE(append_run(file, slow).has_value());
  EXPECT_EQ(state(), GateState::regressed);
  ASSERT_TRUE(append_acceptance(file, {.scenario = "data-rollback", .at = "2026-11-24T04:00:00.000000Z"})
                  .has_value());
  EXPECT_EQ(state(), GateState::accepted);
}

}  // namespace
}  // namespace pgdrill::reports
