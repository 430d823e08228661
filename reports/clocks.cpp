#include "reports/clocks.hpp"

#include <fmt/format.h>

#include <algorithm>

#include "harness/base/time.hpp"

namespace pgdrill::reports {

namespace {

/// What a journal says can be anything; a century is more than any difference.
constexpr std::chrono::microseconds longest_difference = std::chrono::days(36'525);

Nanoseconds between(WallTime from, WallTime to) {
  return Duration(std::clamp(to - from, -longest_difference, longest_difference)).count();
}

/// The widest bounds of what was measured of a clock: it may drift, and there are several nodes.
void add_offset(Run const& run, ClockComparison& comparison) {
  for (ClockOffsetRecord const& offset : run.clock_offsets) {
    if (offset.clock != comparison.reading.clock) continue;
    bool const first = !comparison.offset_known;
    comparison.offset_least = first ? offset.least : std::min(comparison.offset_least, offset.least);
    comparison.offset_most = first ? offset.most : std::max(comparison.offset_most, offset.most);
    comparison.offset_known = true;
  }
}

/// By our clock the moment lies from `difference - offset_most` on, and until `difference + resolution -
/// offset_least`, as seen from the mark.
Nanoseconds contradiction_of(ClockComparison const& comparison) {
  Nanoseconds const earliest = comparison.difference - comparison.offset_most;
  Nanoseconds const latest = comparison.difference + comparison.reading.resolution - comparison.offset_least;
  bool const may_be_later = comparison.reading.order == "after";
  bool const may_be_earlier = comparison.reading.order == "before";
  if (earliest > 0 && !may_be_later) return earliest;
  if (latest < 0 && !may_be_earlier) return latest;
  return 0;
}

}  // namespace

std::vector<ClockComparison> compare_clocks(Run const& run) {
  std::vector<ClockComparison> comparisons;
  for (ClockReading const& reading : run.clocks) {
    Result<WallTime> const at = parse_time(reading.at);
    Result<WallTime> const mark = parse_time(reading.mark_wall);
    if (!at || !mark) continue;
    ClockComparison comparison{.reading = reading, .difference = between(*mark, *at)};
    add_offset(run, comparison);
    comparison.contradiction = contradiction_of(comparison);
    comparisons.push_back(std::move(comparison));
  }
  return comparisons;
}

std::vector<std::string> clock_contradictions(std::vector<ClockComparison> const& comparisons) {
  std::vector<std::string> sentences;
  for (ClockComparison const& comparison : comparisons) {
    if (comparison.contradiction == 0) continue;
    bool const later = comparison.contradiction > 0;
    sentences.push_back(fmt::format("{} tells {}, {:.3f} s {} than the mark {} allows by its resolution{}",
                                    comparison.reading.source, comparison.reading.at,
                                    static_cast<double>(std::abs(comparison.contradiction)) / 1e9,
                                    later ? "later" : "earlier", comparison.reading.mark,
                                    comparison.offset_known ? " and the offset of its clock"
                                                            : "; how far its clock is from ours is unknown"));
  }
  return sentences;
}

}  // namespace pgdrill::reports
