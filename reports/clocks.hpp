// The cluster's own clocks beside our marks: what the breakdown of the RTO would be by them.
#pragma once
#include <optional>
#include <string>
#include <vector>

#include "reports/run.hpp"

namespace pgdrill::reports {

/// A moment by a clock of the cluster against the mark that it stands beside. A clock tells a time cut to its
/// resolution, and is off from ours by what the run measured; within both it cannot contradict.
struct ClockComparison {
  ClockReading reading;
  Nanoseconds difference = 0;     ///< the clock's time less the mark's wall time, as they were told
  bool offset_known = false;      ///< the run measured how far that clock is from ours
  Nanoseconds offset_least = 0;   ///< it is at least so far ahead of ours
  Nanoseconds offset_most = 0;    ///< and at most so far
  Nanoseconds contradiction = 0;  ///< so much later (or earlier: negative) than the mark allows; 0: it agrees
};

/// In the journal's order. Times that cannot be read, and those without a mark to compare with, are passed
/// over.
[[nodiscard]] std::vector<ClockComparison> compare_clocks(Run const& run);

/// One sentence for each that contradicts its mark.
[[nodiscard]] std::vector<std::string> clock_contradictions(std::vector<ClockComparison> const& comparisons);

}  // namespace pgdrill::reports
