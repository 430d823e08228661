#include "reports/statistics/gate_rule.hpp"

#include <gmock/gmock.h>

#include "reports/statistics/smallest_shift.hpp"
#include "reports/statistics/trend.hpp"

namespace pgdrill::statistics {
namespace {

using testing::HasSubstr;

std::vector<double> const steady{58, 59, 60, 61, 62, 60, 59, 61};

MetricResult judge(MetricInput const& metric) { return judge_gate({metric}, {}).front(); }

TEST(GateRule, AnOrdinaryRunPasses) {
  MetricResult const result = judge({.name = "rto", .history = steady, .candidate = {61.5}});
  EXPECT_EQ(result.state, GateState::pass);
  EXPECT_EQ(result.n, 8U);
  EXPECT_DOUBLE_EQ(result.baseline, 60);
}

TEST(GateRule, ASlowRunAloneIsSuspectAndNoMore) {
  MetricResult const result = judge({.name = "rto", .history = steady, .candidate = {90}});
  EXPECT_EQ(result.state, GateState::suspect);
  EXPECT_THAT(result.why, HasSubstr("2 more runs"));
}

TEST(GateRule, FreshRunsConfirm) {
  MetricResult const result = judge({.name = "rto", .history = steady, .candidate = {90, 88, 92}});
  EXPECT_EQ(result.state, GateState::regressed);
  EXPECT_DOUBLE_EQ(result.p.value(), 1.0 / 165);
}

TEST(GateRule, FreshRunsClear) {
  EXPECT_EQ(judge({.name = "rto", .history = steady, .candidate = {90, 60, 61}}).state, GateState::cleared);
}

TEST(GateRule, PairsConfirmAndClear) {
  MetricInput metric{.name = "rto", .history = steady, .candidate = {90}};
  for (int i = 0; i < 10; ++i) metric.pairs.emplace_back(60 + i, 80 + i);
  EXPECT_EQ(judge(metric).state, GateState::regressed);
  for (int i = 0; i < 3; ++i) metric.pairs[static_cast<std::size_t>(i)] = {80, 60};
  EXPECT_EQ(judge(metric).state, GateState::cleared);
}

TEST(GateRule, OneOutlierAmongThePairsHidesNoRegression) {
  MetricInput metric{.name = "rto", .history = steady, .candidate = {90}};
  for (int i = 0; i < 9; ++i) metric.pairs.emplace_back(60, 80 + i);
  metric.pairs.emplace_back(600, 80);
  EXPECT_EQ(judge(metric).state, GateState::regressed);
}

TEST(GateRule, PairsThatDifferByLessThanCountsClear) {
  MetricInput metric{.name = "rto", .history = steady, .candidate = {90}};
  for (int i = 0; i < 10; ++i) metric.pairs.emplace_back(60, 67);
  MetricResult const result = judge(metric);
  EXPECT_EQ(result.state, GateState::cleared);
  EXPECT_LT(result.p.value(), 0.05) << "it is no chance, and too small";
}

TEST(GateRule, PairsThatDifferByLessThanTheFloorClear) {
  MetricInput metric{.name = "rto", .floor = 2};
  for (int i = 0; i < 10; ++i) metric.pairs.emplace_back(1, 1.5);
  EXPECT_EQ(judge(metric).state, GateState::cleared);
  metric.floor = 0.4;
  EXPECT_EQ(judge(metric).state, GateState::regressed);
}

TEST(GateRule, TwoThirdsOfTheChangeMakeOneRunSuspect) {
  MetricInput metric{.name = "rto", .history = steady, .candidate = {66.5}};
  EXPECT_EQ(judge(metric).state, GateState::suspect);
  metric.candidate = {65.5};
  EXPECT_EQ(judge(metric).state, GateState::pass);
}

TEST(GateRule, ATenthOfHistoryMayBeAsSlowAsASuspect) {
  MetricInput metric{.name = "rto", .history = {58, 59, 60, 61, 62, 58, 59, 60, 61, 90}, .candidate = {90}};
  EXPECT_EQ(judge(metric).state, GateState::suspect);
  metric.history.front() = 90;
  EXPECT_EQ(judge(metric).state, GateState::pass);
}

TEST(GateRule, FewPairsDecideNothing) {
  MetricInput metric{
      .name = "rto", .history = steady, .candidate = {90}, .pairs = {{60, 90}, {60, 90}, {60, 90}}};
  EXPECT_EQ(judge(metric).state, GateState::suspect);
}

TEST(GateRule, PairsNeedNoHistory) {
  MetricInput metric{.name = "rto"};
  for (int i = 0; i < 10; ++i) metric.pairs.emplace_back(60 + i, 80 + i);
  EXPECT_EQ(judge(metric).state, GateState::regressed);
}

TEST(GateRule, UnderFiveRunsThereIsNoVerdict) {
  MetricResult const result = judge({.name = "rto", .history = {60, 61, 62, 63}, .candidate = {600}});
  EXPECT_EQ(result.state, GateState::no_verdict);
  EXPECT_THAT(result.why, HasSubstr("4 of 5"));
}

TEST(GateRule, TheObjectiveHoldsWhateverHistorySays) {
  MetricResult const result = judge({.name = "rto", .history = {}, .candidate = {61}, .objective = 60});
  EXPECT_TRUE(result.over_objective);
}

TEST(GateRule, TiesCountAgainstSuspicion) {
  // Two of eight are as slow as the run.
  MetricResult const result =
      judge({.name = "rto", .history = {58, 59, 60, 60, 61, 62, 90, 90}, .candidate = {90}});
  EXPECT_EQ(result.state, GateState::pass);
}

TEST(GateRule, ASmallAbsoluteChangeIsNone) {
  EXPECT_EQ(judge({.name = "rto", .floor = 2, .history = {1, 1.1, 1.2, 1, 1.1}, .candidate = {2}}).state,
            GateState::pass);
}

TEST(GateRule, SeveralSuspectMetricsShareTheirLevel) {
  std::vector<double> const five{58, 59, 60, 61, 62};
  MetricInput const slow{.name = "a", .history = five, .candidate = {90, 91, 92}};
  EXPECT_EQ(judge(slow).state, GateState::regressed);
  for (MetricResult const& result : judge_gate({slow, slow}, {})) {
    EXPECT_EQ(result.state, GateState::no_verdict) << "five runs cannot decide two metrics";
  }
  MetricInput const longer{.name = "a", .history = steady, .candidate = {90, 91, 92}};
  for (MetricResult const& result : judge_gate({longer, longer}, {}))
    EXPECT_EQ(result.state, GateState::regressed);
}

TEST(SmallestShift, GrowsWithNoiseAndIsTheSameAgain) {
  auto const calm = smallest_shift(10, 0.05, 0, {});
  auto const noisy = smallest_shift(10, 0.25, 0, {});
  ASSERT_TRUE(calm.has_value());
  ASSERT_TRUE(noisy.has_value());
  EXPECT_LT(*calm, *noisy);
  EXPECT_EQ(calm, smallest_shift(10, 0.05, 0, {}));
}

TEST(Trend, FindsAStepAndItsPlace) {
  std::vector<double> series;
  for (int i = 0; i < 20; ++i) series.push_back(60 + i % 3);
  EXPECT_FALSE(level_shift(series).has_value());
  for (int i = 0; i < 10; ++i) series.push_back(80 + i % 3);
  auto const shift = level_shift(series);
  ASSERT_TRUE(shift.has_value());
  EXPECT_EQ(shift->at, 20U);
  EXPECT_GT(shift->ratio, 1.2);
}

TEST(Trend, SeesCreepThatNoSingleRunShows) {
  std::vector<double> series;
  for (int i = 0; i < 30; ++i) series.push_back(60 + i);
  auto const drift = anchored_drift(series);
  ASSERT_TRUE(drift.has_value());
  EXPECT_GT(drift->ratio, 1.15);
  EXPECT_FALSE(anchored_drift(std::vector<double>(30, 60)).has_value());
}

}  // namespace
}  // namespace pgdrill::statistics
