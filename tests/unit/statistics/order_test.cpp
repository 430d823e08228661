#include "reports/statistics/order.hpp"

#include <gmock/gmock.h>

namespace pgdrill::statistics {
namespace {

TEST(Median, OfOddAndEvenNumbers) {
  EXPECT_EQ(median({3, 1, 2}), 2);
  EXPECT_EQ(median({4, 1, 2, 3}), 2.5);
}

TEST(MedianInterval, FiveValuesCoverTheirFullRangeOnly) {
  Interval const interval = median_interval({5, 1, 4, 2, 3});
  EXPECT_EQ(interval.low, 1);
  EXPECT_EQ(interval.high, 5);
  EXPECT_DOUBLE_EQ(interval.confidence, 1 - 2.0 / 32);
}

TEST(MedianInterval, IsTheNarrowestThatCovers) {
  std::vector<double> values;
  for (int i = 1; i <= 20; ++i) values.push_back(i);
  Interval const interval = median_interval(values);
  // Tables of the sign test: for n = 20 the 6th and the 15th value cover 95.9 %.
  EXPECT_EQ(interval.low, 6);
  EXPECT_EQ(interval.high, 15);
  EXPECT_NEAR(interval.confidence, 0.959, 0.001);
}

TEST(LeastCoverage, IsWhatTheGuideOfTheGateSays) {
  EXPECT_NEAR(least_coverage(5), 0.55, 0.005);
  EXPECT_NEAR(least_coverage(20), 0.86, 0.005);
  EXPECT_NEAR(least_coverage(59), 0.95, 0.005);
  EXPECT_EQ(least_coverage(0), 0);
}

TEST(LogDeviation, IsScaleFree) {
  EXPECT_NEAR(log_deviation({10, 11, 12}), log_deviation({100, 110, 120}), 1e-12);
  EXPECT_EQ(log_deviation({10}), 0);
}

TEST(LagOneCorrelation, SeesASlope) {
  EXPECT_GT(lag_one_correlation({1, 2, 3, 4, 5, 6, 7, 8}), 0.5);
  EXPECT_LT(lag_one_correlation({1, 2, 1, 2, 1, 2, 1, 2}), -0.5);
  EXPECT_EQ(lag_one_correlation({3, 3, 3}), 0);
}

}  // namespace
}  // namespace pgdrill::statistics
