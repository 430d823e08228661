// Advice from a longer history: where its level changed, and whether it creeps. Never a gate: neighbouring
// runs that resemble each other fool every such rule.
#pragma once
#include <optional>
#include <vector>

namespace pgdrill::statistics {

struct LevelShift {
  std::size_t at = 0;  ///< the first run of the new level
  double ratio = 1;    ///< median after / median before
  double p = 1;        ///< by permutation
};

/// The strongest split of the last 50 values with at least three on each side, by the largest standardised
/// rank sum; told when its permutation p (999 seeded permutations) is at most 0.01 and its medians differ by
/// 15 %.
[[nodiscard]] std::optional<LevelShift> level_shift(std::vector<double> series);

struct Drift {
  double ratio = 1;  ///< Hodges-Lehmann estimate
  double p = 1;
};

/// The last five against the first ten values: slow creep that a sliding window follows. Told when the
/// one-sided rank sum test gives at most 0.01 and the estimate is at least 15 %. Needs 15 values.
[[nodiscard]] std::optional<Drift> anchored_drift(std::vector<double> const& series);

}  // namespace pgdrill::statistics
