#include "tests/unit/gate/gate_fixture.hpp"

namespace pgdrill::reports {
namespace {

using testing::HasSubstr;
using testing::Not;

TEST_F(Gate, AnOrdinaryRunPassesAndExplainsItself) {
  GateReport const report = gate({.candidates = {journal("c", 41)}, .history = steady_history()});
  EXPECT_EQ(report.state, "pass");
  EXPECT_EQ(report.exit_code, 0);
  std::string const text = gate_text(report);
  EXPECT_THAT(text, HasSubstr("n = 8"));
  EXPECT_THAT(text, HasSubstr("ratio 1.00"));
  EXPECT_THAT(text, HasSubstr("smallest shift that this history can show"));
  EXPECT_THAT(text, HasSubstr("with 95 % confidence at least"));
  EXPECT_THAT(text, Not(HasSubstr("p95")));
}

TEST_F(Gate, ARegressionIsConfirmedByFreshRuns) {
  auto const history = steady_history();
  GateReport const alone = gate({.candidates = {journal("c", 60)}, .history = history});
  EXPECT_EQ(alone.exit_code, exit_suspect);
  GateReport const report =
      gate({.candidates = {journal("c", 60), journal("d", 62), journal("e", 61)}, .history = history});
  EXPECT_EQ(report.exit_code, exit_regressed);
  EXPECT_THAT(gate_text(report), HasSubstr("rank sum, exact"));
}

TEST_F(Gate, PairsConfirmWithoutHistory) {
  GateRequest request{.candidates = {journal("c", 60)}};
  for (int i = 0; i < 10; ++i) {
    request.pair_baselines.push_back(journal("b" + std::to_string(i), 40));
    request.pair_candidates.push_back(journal("p" + std::to_string(i), 60));
  }
  EXPECT_EQ(gate(request).exit_code, exit_regressed);
  request.pair_candidates.pop_back();
  EXPECT_EQ(run_gate(request).error().kind, ErrorKind::usage);
}

TEST_F(Gate, TheHardLimitComesFirst) {
  EXPECT_EQ(gate({.candidates = {journal("c", 101)}}).exit_code, exit_missed);
  GateReport const report = gate({.candidates = {journal("d", 61)}, .settings = {.limits = {{"rto", 60}}}});
  EXPECT_EQ(report.exit_code, exit_missed);
}

TEST_F(Gate, TheScenarioSetsItsThresholds) {
  json::object const thresholds{{"metrics", {"rto", "unavailable:write"}},
                                {"limits_ns", {{"duration", 50'000'000'000}}},
                                {"minimum_change_percent", 80},
                                {"window", 6},
                                {"baseline_branch", "main"}};
  auto const history = steady_history();
  GateReport const report = gate({.candidates = {journal("c", 60, "ab12", thresholds)}, .history = history});
  EXPECT_EQ(report.metrics.size(), 2U);
  EXPECT_EQ(report.metrics.front().result.n, 6U);
  EXPECT_EQ(report.metrics.front().result.state, statistics::GateState::pass) << "less than 80 %";
  EXPECT_THAT(gate_text(report), HasSubstr("of branch main; duration at most 50 s"));
  EXPECT_EQ(parse_json(gate_json(report)).value().at("settings").at("window").as_int64(), 6);
  // The command line goes first, one by one.
  GateReport const told = gate({.candidates = {journal("d", 60, "ab12", thresholds)},
                                .history = history,
                                .settings = {.metrics = {"rto"}, .minimum_change = 15}});
  EXPECT_EQ(told.metrics.size(), 1U);
  EXPECT_EQ(told.metrics.front().result.n, 6U);
  EXPECT_EQ(told.exit_code, exit_suspect);
}

TEST_F(Gate, ALimitHoldsForEveryRepeatAndForMetricsThatDoNotGate) {
  journal("many/1", 40);
  journal("many/2", 61);
  journal("many/3", 41);
  GateReport const repeat =
      gate({.candidates = {directory_ / "many"}, .settings = {.limits = {{"rto", 60}}}});
  EXPECT_EQ(repeat.exit_code, exit_missed) << "the median would hide the slow one";
  GateReport const other =
      gate({.candidates = {journal("c", 40)}, .settings = {.limits = {{"unavailable:write", 30}}}});
  EXPECT_EQ(other.exit_code, exit_missed);
  EXPECT_THAT(gate_junit(other), HasSubstr("hard limit of unavailable:write"));
  GateReport const unknown =
      gate({.candidates = {journal("d", 40)}, .settings = {.limits = {{"phase:restore", 30}}}});
  EXPECT_EQ(unknown.exit_code, exit_inconclusive);
  EXPECT_THAT(unknown.failures.front(), HasSubstr("was not measured"));
  std::string const junit = gate_junit(other);
  std::size_t told = 0;
  for (std::size_t at = junit.find("is over its hard limit"); at != std::string::npos;
       at = junit.find("is over its hard limit", at + 1))
    ++told;
  EXPECT_EQ(told, 2U) << "as the message, and once in the text";
}

TEST_F(Gate, TheRtoGatesWithoutAnObjectiveToo) {
  std::string text = read_file(journal("c", 41)).value();
  std::size_t const at = text.find("\"objectives\":[");
  text.replace(at, text.find(']', at) - at, "\"objectives\":[");
  ASSERT_TRUE(write_file_atomically(directory_ / "bare.jsonl", text).has_value());
  GateReport const report = gate({.candidates = {directory_ / "bare.jsonl"}});
  EXPECT_DOUBLE_EQ(report.metrics.front().result.value, 41);
}

TEST_F(Gate, RunsOverAHardLimitNeverBecomeTheBaseline) {
  auto const history = steady_history();
  HistoryRun slow = history_run({summarize_journal(journal("s", 90)).value()}).value();
  slow.gate = "failed";
  ASSERT_TRUE(append_run(history, slow).has_value());
  GateReport const report = gate({.candidates = {journal("c", 41)}, .history = history});
  EXPECT_EQ(report.metrics.front().result.n, 8U);
  EXPECT_EQ(report.excluded.failed, 1U);
}

TEST_F(Gate, WithoutHistoryThereIsNoVerdict) {
  GateReport report = gate({.candidates = {journal("c", 41)}, .history = directory_ / "none.jsonl"});
  EXPECT_EQ(report.state, "no_verdict");
  EXPECT_EQ(report.exit_code, 0);
  report = gate({.candidates = {journal("c", 41)}, .settings = {.require_history = true}});
  EXPECT_EQ(report.exit_code, exit_inconclusive);
  EXPECT_THAT(gate_junit(report), HasSubstr("<skipped"));
}

TEST_F(Gate, OnlyComparableHistoryCounts) {
  auto const history = steady_history();
  GateReport const other = gate({.candidates = {journal("c", 41, "other")}, .history = history});
  EXPECT_EQ(other.metrics.front().result.n, 0U);
  EXPECT_EQ(other.excluded.not_comparable, 8U);
  EXPECT_THAT(gate_text(other), HasSubstr("8 with another fingerprint"));
  GateReport const branch =
      gate({.candidates = {journal("d", 41)}, .history = history, .settings = {.branch = "release"}});
  EXPECT_EQ(branch.excluded.other_branch, 8U);
  GateReport const window =
      gate({.candidates = {journal("e", 41)}, .history = history, .settings = {.window = 6}});
  EXPECT_EQ(window.metrics.front().result.n, 6U);
}

TEST_F(Gate, RunsThatWereRecordedByOtherRulesAreReadAndNotComparedWith) {
  auto const history = steady_history();
  std::string text = read_file(history).value();
  HistoryRun const candidate = history_run({summarize_journal(journal("c", 41)).value()}).value();
  std::size_t const at = candidate.fingerprint.find(" rules=");
  ASSERT_NE(at, std::string::npos);
  std::string const rules = candidate.fingerprint.substr(at, candidate.fingerprint.find(' ', at + 1) - at);
  // What versions before this part of the fingerprint wrote has none.
  for (std::size_t place = text.find(rules); place != std::string::npos; place = text.find(rules))
    text.erase(place, rules.size());
  ASSERT_TRUE(write_file_atomically(history, text).has_value());
  GateReport const report = gate({.candidates = {journal("d", 41)}, .history = history});
  EXPECT_EQ(report.state, "no_verdict");
  EXPECT_EQ(report.excluded.not_comparable, 8U);
  EXPECT_EQ(report.unreadable, 0);
  EXPECT_THAT(gate_text(report), HasSubstr("8 with another fingerprint (rules)"));
  EXPECT_THAT(gate_text(report), Not(HasSubstr("unreadable")));
  EXPECT_EQ(json::serialize(parse_json(gate_json(report)).value().at("excluded").at("not_comparable_in")),
            R"(["rules"])");
}

TEST_F(Gate, TheDifferencesOfFingerprintsAreNamed) {
  std::string const one = "scenario=s drill=1 rules=3.1 size_class=under 1e8 bytes cnpg=a";
  EXPECT_THAT(fingerprint_differences(one, one), testing::IsEmpty());
  EXPECT_THAT(fingerprint_differences(
                  one, "scenario=s drill=2 rules=3.1 size_class=under 1e9 bytes storage_class=x cnpg=a"),
              testing::ElementsAre("drill", "size_class", "storage_class"));
  EXPECT_THAT(fingerprint_differences(one, short_fingerprint(one)), testing::IsEmpty());
}

TEST_F(Gate, ADirectoryOfJournalsIsAHistoryToo) {
  steady_history();
  std::filesystem::path const candidate = journal("zz", 41);
  GateReport const report = gate({.candidates = {candidate}, .history = directory_});
  EXPECT_EQ(report.metrics.front().result.n, 8U) << "the candidate itself is not in it";
}

TEST_F(Gate, SqliteKeepsTheSame) {
  GateReport const report =
      gate({.candidates = {journal("c", 41)}, .history = steady_history("history.sqlite")});
  EXPECT_EQ(report.metrics.front().result.n, 8U);
  EXPECT_DOUBLE_EQ(report.metrics.front().result.baseline, 41);
}

TEST_F(Gate, ForeignRunsAndUnknownMetricsAreRefused) {
  EXPECT_EQ(run_gate({.candidates = {journal("c", 40)}, .settings = {.metrics = {"speed"}}}).error().kind,
            ErrorKind::usage);
  EXPECT_EQ(
      run_gate({.candidates = {journal("d", 40)}, .settings = {.metrics = {"rto", "rto", "rto", "rto"}}})
          .error()
          .kind,
      ErrorKind::usage);
  EXPECT_FALSE(run_gate({.candidates = {directory_ / "nowhere"}}).has_value());
}

TEST_F(Gate, WhatIsNoHistoryIsToldNotGuessed) {
  std::filesystem::path const file = directory_ / "broken.jsonl";
  ASSERT_TRUE(
      write_file_atomically(file, "{\"kind\":\"run\"}\nno json\n{\"kind\":\"strange\"}\n").has_value());
  GateReport const report = gate({.candidates = {journal("c", 40)}, .history = file});
  EXPECT_EQ(report.unreadable, 2);
  EXPECT_THAT(gate_text(report), HasSubstr("2 unreadable"));
}

}  // namespace
}  // namespace pgdrill::reports
