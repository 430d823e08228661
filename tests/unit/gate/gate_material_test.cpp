// What the gate takes as material: each run once, all of one kind, failures among them.
#include "tests/unit/gate/gate_fixture.hpp"

namespace pgdrill::reports {
namespace {

using testing::HasSubstr;

class GateMaterials : public Gate {
 protected:
  /// The candidate slower by a half.
  GateRequest ten_pairs() const {
    GateRequest request{.candidates = {journal("c", 90)}};
    for (int i = 0; i < 10; ++i) {
      request.pair_baselines.push_back(journal("b" + std::to_string(i), 60 + i % 3));
      request.pair_candidates.push_back(journal("p" + std::to_string(i), 90 + i % 3));
    }
    return request;
  }
  /// A journal whose outage goes on when the run ends.
  std::filesystem::path never_recovered(std::string const& name) const {
    std::filesystem::path const file = journal(name, 60);
    std::string text = read_file(file).value();
    std::size_t const last = text.rfind("\"status\":\"right\"");
    text.replace(last, std::string_view("\"status\":\"right\"").size(), "\"status\":\"wrong\"");
    EXPECT_TRUE(write_file_atomically(file, text).has_value());
    return file;
  }
  Error refusal(GateRequest const& request) const {
    Result<GateReport> const report = run_gate(request);
    EXPECT_FALSE(report.has_value());
    return report ? Error() : report.error();
  }
};

TEST_F(GateMaterials, WhatConfirmsIsNoPartOfItsHistory) {
  for (int i = 0; i < 8; ++i) journal("h" + std::to_string(i), 40 + i % 3);
  std::vector<std::filesystem::path> const candidates{journal("c", 60), journal("d", 62), journal("e", 61)};
  GateReport const report = gate({.candidates = candidates, .history = directory_});
  EXPECT_EQ(report.metrics.front().result.n, 8U);
  EXPECT_EQ(report.exit_code, exit_regressed);
}

TEST_F(GateMaterials, NoRunIsNamedTwice) {
  auto const run = journal("c", 60);
  EXPECT_THAT(refusal({.candidates = {run, run}}).what, HasSubstr("named twice"));
  GateRequest request = ten_pairs();
  request.pair_candidates.back() = request.pair_candidates.front();
  EXPECT_THAT(refusal(request).what, HasSubstr("named twice"));
  request = ten_pairs();
  request.pair_baselines.back() = request.candidates.front();
  EXPECT_THAT(refusal(request).what, HasSubstr("named twice"));
}

TEST_F(GateMaterials, OnlyRunsOfOneKindConfirm) {
  auto const run = journal("c", 60);
  Error const fresh = refusal({.candidates = {run, journal("d", 60, "other")}});
  EXPECT_THAT(fresh.what, HasSubstr("do not belong together"));
  EXPECT_THAT(fresh.why, HasSubstr("sha256"));
  GateRequest request = ten_pairs();
  request.pair_candidates.back() = journal("x", 90, "other");
  EXPECT_THAT(refusal(request).what, HasSubstr("do not belong together"));
}

TEST_F(GateMaterials, AFailureInAPairIsTheCandidates) {
  GateRequest request = ten_pairs();
  request.pair_candidates.back() = journal("x", 101);  // over the objective
  EXPECT_EQ(gate(request).exit_code, exit_missed);
  request = ten_pairs();
  request.pair_candidates.back() = never_recovered("y");
  EXPECT_NE(gate(request).exit_code, 0);
  EXPECT_THAT(gate_text(gate(request)), HasSubstr("run ry of the pairs did not measure rto"));
  request = ten_pairs();
  request.pair_baselines.back() = never_recovered("z");
  EXPECT_THAT(gate_text(gate(request)), HasSubstr("run rz of the pairs did not measure rto"));
}

TEST_F(GateMaterials, AFewOldRunsDoNotOverrulePairs) {
  GateRequest request = ten_pairs();
  request.history = directory_ / "few.jsonl";
  for (int i = 0; i < 3; ++i) {
    HistoryRun const old =
        history_run({summarize_journal(journal("old" + std::to_string(i), 4)).value()}).value();
    ASSERT_TRUE(append_run(request.history, old).has_value());
  }
  GateReport const report = gate(request);
  EXPECT_EQ(report.exit_code, exit_regressed);
  EXPECT_THAT(gate_text(report),
              HasSubstr("90 s against a median of 61 s of the pairs' baseline; ratio 1.48"));
  request.pair_baselines.resize(3);
  request.pair_candidates.resize(3);
  EXPECT_EQ(gate(request).state, "no_verdict");
}

TEST_F(GateMaterials, MorePairsThanAreLookedAtAreRefused) {
  GateRequest request{.candidates = {journal("c", 90)}};
  for (int i = 0; i < 21; ++i) {
    request.pair_baselines.push_back(journal("b" + std::to_string(i), 60));
    request.pair_candidates.push_back(journal("p" + std::to_string(i), 90));
  }
  EXPECT_THAT(refusal(request).what, HasSubstr("too many pairs"));
}

TEST_F(GateMaterials, WhatCannotGateIsRefused) {
  EXPECT_THAT(refusal({.candidates = {journal("c", 60)}, .settings = {.metrics = {"rpo"}}}).todo,
              HasSubstr("--limit rpo"));
  EXPECT_THAT(refusal({.candidates = {journal("d", 60)}, .settings = {.window = 0}}).what,
              HasSubstr("window"));
  EXPECT_THAT(refusal({.candidates = {journal("e", 60)}, .settings = {.window = 1001}}).what,
              HasSubstr("window"));
}

TEST_F(GateMaterials, RunsUnderAnExpiredAcceptanceAreNoBaseline) {
  auto const history = steady_history();
  ASSERT_TRUE(append_acceptance(history, {.scenario = "data-rollback",
                                          .reason = "until the new disks come",
                                          .at = "2026-11-24T03:07:30.000000Z",
                                          .expires = "2026-11-24T03:30:00.000000Z"})
                  .has_value());
  for (int i = 0; i < 12; ++i) {
    HistoryRun const under =
        history_run({summarize_journal(journal("u" + std::to_string(i), 60)).value()}).value();
    ASSERT_TRUE(append_run(history, under).has_value());
  }
  minute_ = 31;
  GateReport const report = gate({.candidates = {journal("c", 60)}, .history = history});
  EXPECT_EQ(report.metrics.front().result.n, 8U);
  EXPECT_EQ(report.state, "suspect");
  ASSERT_TRUE(append_acceptance(history, {.scenario = "data-rollback",
                                          .reason = "they do not come",
                                          .at = "2026-11-24T03:12:30.000000Z"})
                  .has_value());
  EXPECT_EQ(gate({.candidates = {journal("d", 60)}, .history = history}).state, "pass")
      << "a later acceptance took its level for good";
}

TEST_F(GateMaterials, CoverageCountsWhatFailed) {
  auto const history = steady_history();
  for (int i = 0; i < 8; ++i) {
    HistoryRun const failed =
        history_run({summarize_journal(journal("f" + std::to_string(i), 120)).value()}).value();
    ASSERT_EQ(failed.decision, "no-go");
    ASSERT_TRUE(append_run(history, failed).has_value());
  }
  GateReport const report = gate({.candidates = {journal("c", 41)}, .history = history});
  EXPECT_THAT(gate_text(report), HasSubstr("9 of 17 runs met the limit of 100 s"));
  EXPECT_FALSE(
      parse_json(gate_json(report)).value().at("metrics").at(0).as_object().contains("least_coverage"));
}

}  // namespace
}  // namespace pgdrill::reports
