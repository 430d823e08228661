#include "reports/statistics/exact_tests.hpp"

#include <algorithm>
#include <cmath>
#include <cstdint>
#include <numeric>

namespace pgdrill::statistics {

namespace {

constexpr double tolerance = 1e-12;

/// Twice the mid-ranks of the pooled values, so that they are whole numbers.
std::vector<std::size_t> doubled_ranks(std::vector<double> const& pooled) {
  std::vector<std::size_t> ranks(pooled.size());
  for (std::size_t i = 0; i < pooled.size(); ++i) {
    std::size_t below = 0;
    std::size_t equal = 0;
    for (double const other : pooled) {
      below += other < pooled[i] ? 1 : 0;
      equal += other == pooled[i] ? 1 : 0;
    }
    ranks[i] = 2 * below + equal + 1;
  }
  return ranks;
}

/// How many choices of `size` of the ranks have each sum; one row per size.
std::vector<std::vector<double>> sums_of_choices(std::vector<std::size_t> const& ranks, std::size_t size) {
  std::size_t const total = std::accumulate(ranks.begin(), ranks.end(), std::size_t{0});
  std::vector<std::vector<double>> count(size + 1, std::vector<double>(total + 1, 0));
  count[0][0] = 1;
  std::size_t taken = 0;
  for (std::size_t const rank : ranks) {
    ++taken;
    for (std::size_t chosen = std::min(size, taken); chosen > 0; --chosen) {
      for (std::size_t sum = total; sum >= rank; --sum) count[chosen][sum] += count[chosen - 1][sum - rank];
    }
  }
  return count;
}

/// The largest k such that P(statistic < k) <= tail, for a statistic of 0, 1, 2 ... with these counts.
std::size_t largest_rank_within(std::vector<double> const& counts, double tail) {
  double const total = std::accumulate(counts.begin(), counts.end(), 0.0);
  double below = 0;
  std::size_t k = 0;
  while (k < counts.size() && (below + counts[k]) / total <= tail + tolerance) below += counts[k++];
  return k;
}

/// The estimate and its interval from sorted differences (on the logarithmic scale) and the null distribution
/// of the statistic that counts them.
Shift shift_from(std::vector<double> differences, std::vector<double> const& null_counts) {
  std::sort(differences.begin(), differences.end());
  Shift shift{.ratio = std::exp(median(differences))};
  if (std::size_t const k = largest_rank_within(null_counts, 0.025); k > 0) {
    shift.both = Interval{.low = std::exp(differences[k - 1]),
                          .high = std::exp(differences[differences.size() - k]),
                          .confidence = 0.95};
  } else if (std::size_t const one = largest_rank_within(null_counts, 0.05); one > 0) {
    shift.low = std::exp(differences[one - 1]);
  }
  return shift;
}

/// Null counts of Mann-Whitney's U without ties.
std::vector<double> counts_of_u(std::size_t m, std::size_t n) {
  std::vector<std::size_t> ranks(m + n);
  std::iota(ranks.begin(), ranks.end(), std::size_t{1});
  std::vector<double> const sums = sums_of_choices(ranks, m)[m];
  std::size_t const least = m * (m + 1) / 2;
  std::vector<double> counts(m * n + 1);
  for (std::size_t u = 0; u < counts.size(); ++u) counts[u] = sums[least + u];
  return counts;
}

/// Null counts of Wilcoxon's signed rank statistic.
std::vector<double> counts_of_signed_ranks(std::size_t n) {
  std::vector<double> counts(n * (n + 1) / 2 + 1, 0);
  counts[0] = 1;
  for (std::size_t rank = 1; rank <= n; ++rank) {
    for (std::size_t sum = counts.size() - 1; sum >= rank; --sum) counts[sum] += counts[sum - rank];
  }
  return counts;
}

}  // namespace

double rank_sum_p(std::vector<double> const& baseline, std::vector<double> const& candidate) {
  if (baseline.empty() || candidate.empty()) return 1;
  std::vector<double> pooled = candidate;
  pooled.insert(pooled.end(), baseline.begin(), baseline.end());
  std::vector<std::size_t> const ranks = doubled_ranks(pooled);
  std::size_t const observed = std::accumulate(
      ranks.begin(), ranks.begin() + static_cast<std::ptrdiff_t>(candidate.size()), std::size_t{0});
  std::vector<double> const counts = sums_of_choices(ranks, candidate.size())[candidate.size()];
  double const all = std::accumulate(counts.begin(), counts.end(), 0.0);
  return std::accumulate(counts.begin() + static_cast<std::ptrdiff_t>(observed), counts.end(), 0.0) / all;
}

double sign_flip_p(std::vector<double> const& differences) {
  if (differences.empty()) return 1;
  std::size_t const n = std::min(differences.size(), most_differences);
  double const observed =
      std::accumulate(differences.begin(), differences.begin() + static_cast<std::ptrdiff_t>(n), 0.0);
  std::uint32_t const choices = 1U << n;
  std::uint32_t as_large = 0;
  for (std::uint32_t signs = 0; signs < choices; ++signs) {
    double sum = 0;
    for (std::size_t i = 0; i < n; ++i) sum += (signs >> i & 1U) != 0 ? -differences[i] : differences[i];
    as_large += sum >= observed - tolerance ? 1 : 0;
  }
  return static_cast<double>(as_large) / static_cast<double>(choices);
}

std::vector<double> limited(std::vector<double> differences, double times) {
  if (differences.empty()) return differences;
  std::vector<double> sizes;
  for (double const difference : differences) sizes.push_back(std::abs(difference));
  double const most = times * median(std::move(sizes));
  for (double& difference : differences) difference = std::clamp(difference, -most, most);
  return differences;
}

std::vector<bool> holm(std::vector<double> const& p, double level) {
  std::vector<std::size_t> order(p.size());
  std::iota(order.begin(), order.end(), std::size_t{0});
  std::sort(order.begin(), order.end(), [&](std::size_t a, std::size_t b) { return p[a] < p[b]; });
  std::vector<bool> rejected(p.size(), false);
  for (std::size_t i = 0; i < order.size(); ++i) {
    if (p[order[i]] > level / static_cast<double>(p.size() - i) + tolerance) break;
    rejected[order[i]] = true;
  }
  return rejected;
}

Shift shift_of(std::vector<double> const& baseline, std::vector<double> const& candidate) {
  std::vector<double> differences;
  for (double const x : candidate) {
    for (double const y : baseline) differences.push_back(std::log(x / y));
  }
  return shift_from(std::move(differences), counts_of_u(candidate.size(), baseline.size()));
}

Shift shift_of_pairs(std::vector<double> const& log_ratios) {
  std::vector<double> averages;
  for (std::size_t i = 0; i < log_ratios.size(); ++i) {
    for (std::size_t j = i; j < log_ratios.size(); ++j)
      averages.push_back((log_ratios[i] + log_ratios[j]) / 2);
  }
  return shift_from(std::move(averages), counts_of_signed_ranks(log_ratios.size()));
}

}  // namespace pgdrill::statistics
