// Exact tests for few values: no approximation that would need more of them.
#pragma once
#include <cstddef>
#include <optional>
#include <vector>

#include "reports/statistics/order.hpp"

namespace pgdrill::statistics {

/// One-sided Mann-Whitney test that `candidate` is larger than `baseline`: the probability, over all ways to
/// choose as many of the pooled values, of a rank sum at least as large (ties by mid-ranks, conditional on
/// them). 1 when either is empty.
[[nodiscard]] double rank_sum_p(std::vector<double> const& baseline, std::vector<double> const& candidate);

/// The sign-flip test goes through all 2^n choices of signs.
inline constexpr std::size_t most_differences = 20;

/// One-sided sign-flip test that the differences lie above zero: the share of all 2^n choices of signs with a
/// sum at least as large. 1 when empty.
/// @param differences at most most_differences
[[nodiscard]] double sign_flip_p(std::vector<double> const& differences);

/// The differences with their sizes cut at `times` the median size: an outlier keeps its sign and cannot
/// outweigh all others (winsorised). Sizes do not change when signs do, so that sign_flip_p stays exact.
[[nodiscard]] std::vector<double> limited(std::vector<double> differences, double times = 1.5);

/// Holm's step-down procedure: which hypotheses are rejected at this level, in the order of `p`.
[[nodiscard]] std::vector<bool> holm(std::vector<double> const& p, double level);

struct Shift {
  double ratio = 1;              ///< Hodges-Lehmann estimate of candidate / baseline
  std::optional<Interval> both;  ///< two-sided 95 %, where so few values allow one
  std::optional<double> low;     ///< else the one-sided 95 % lower bound
};

/// Ratio of independent samples, by the median of all pairwise ratios and the inverted rank sum test. All
/// values must be above zero, neither sample empty.
[[nodiscard]] Shift shift_of(std::vector<double> const& baseline, std::vector<double> const& candidate);
/// Ratio within pairs, by the median of Walsh averages and the inverted signed rank test.
[[nodiscard]] Shift shift_of_pairs(std::vector<double> const& log_ratios);

}  // namespace pgdrill::statistics
