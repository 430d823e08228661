#include "reports/statistics/trend.hpp"

#include <algorithm>
#include <cmath>

#include "reports/statistics/exact_tests.hpp"
#include "reports/statistics/random.hpp"

namespace pgdrill::statistics {

namespace {

constexpr std::size_t window = 50;
constexpr std::size_t least_segment = 3;
constexpr int permutations = 999;

std::vector<double> mid_ranks(std::vector<double> const& values) {
  std::vector<double> ranks;
  for (double const value : values) {
    double below = 0;
    double equal = 0;
    for (double const other : values) {
      below += other < value ? 1 : 0;
      equal += other == value ? 1 : 0;
    }
    ranks.push_back(below + (equal + 1) / 2);
  }
  return ranks;
}

struct Split {
  std::size_t at = 0;
  double strength = -1;
};

Split strongest_split(std::vector<double> const& ranks) {
  double const n = static_cast<double>(ranks.size());
  Split best;
  double sum = 0;
  for (std::size_t i = 0; i + least_segment < ranks.size(); ++i) {
    sum += ranks[i];
    double const left = static_cast<double>(i + 1);
    if (i + 1 < least_segment) continue;
    double const deviation = std::sqrt(left * (n - left) * (n + 1) / 12);
    double const strength = std::abs(sum - left * (n + 1) / 2) / deviation;
    if (strength > best.strength) best = {.at = i + 1, .strength = strength};
  }
  return best;
}

void shuffle(std::vector<double>& values, Random& random) {
  for (std::size_t i = values.size(); i > 1; --i) std::swap(values[i - 1], values[random.below(i)]);
}

}  // namespace

std::optional<LevelShift> level_shift(std::vector<double> series) {
  std::size_t const dropped = series.size() > window ? series.size() - window : 0;
  series.erase(series.begin(), series.begin() + static_cast<std::ptrdiff_t>(dropped));
  if (series.size() < 2 * least_segment) return std::nullopt;
  std::vector<double> ranks = mid_ranks(series);
  Split const found = strongest_split(ranks);
  Random random(20'260'002);
  int as_strong = 0;
  for (int i = 0; i < permutations; ++i) {
    shuffle(ranks, random);
    as_strong += strongest_split(ranks).strength >= found.strength - 1e-12 ? 1 : 0;
  }
  auto const middle = series.begin() + static_cast<std::ptrdiff_t>(found.at);
  LevelShift const shift{.at = dropped + found.at,
                         .ratio = median({middle, series.end()}) / median({series.begin(), middle}),
                         .p = static_cast<double>(1 + as_strong) / (permutations + 1)};
  bool const large = shift.ratio >= 1.15 || shift.ratio <= 1 / 1.15;
  return shift.p <= 0.01 && large ? std::optional(shift) : std::nullopt;
}

std::optional<Drift> anchored_drift(std::vector<double> const& series) {
  if (series.size() < 15) return std::nullopt;
  std::vector<double> const first(series.begin(), series.begin() + 10);
  std::vector<double> const last(series.end() - 5, series.end());
  Drift const drift{.ratio = shift_of(first, last).ratio, .p = rank_sum_p(first, last)};
  return drift.p <= 0.01 && drift.ratio >= 1.15 ? std::optional(drift) : std::nullopt;
}

}  // namespace pgdrill::statistics
