// What a client saw of the rollback: outages and the RTO, from the probes' samples alone.
#pragma once
#include <optional>
#include <string>
#include <vector>

#include "reports/run.hpp"

namespace pgdrill::reports {

/// A stretch of a series in which answers failed or were wrong.
struct Outage {
  std::string probe;
  std::string sample_class;
  Nanoseconds from = 0;           ///< when the first failed or wrong answer was due
  std::optional<Nanoseconds> to;  ///< when the first right answer after it came; empty: it never came
  Nanoseconds resolution = 0;     ///< how much longer it may have been: the gap to the right answer before it
  std::int64_t failed = 0;
  std::int64_t wrong = 0;
  std::string why;  ///< of its first sample
};

/// Outages of a series in order. Samples that start after `until` (when >= 0) are not looked at.
[[nodiscard]] std::vector<Outage> outages_of(Series const& series, Nanoseconds until);

struct Rto {
  bool measured = false;
  std::string why_not;            ///< when not measured
  Nanoseconds from = 0;           ///< the fall: the first failed or wrong answer of any probe that counts
  std::optional<Nanoseconds> to;  ///< from here on all of them answer rightly; empty: that was not seen
  Nanoseconds resolution = 0;
};

/// From the first failed or wrong answer to the start of the unbroken right stretch at the end, over all
/// probes that count. Never measured: no sample, or no fall was seen.
[[nodiscard]] Rto measure_rto(Run const& run);

/// A part of the rollback between two marks.
struct Phase {
  std::string name;  ///< detect, decide, revert, restore, replay, promote, ready, cut-over, reconnect, verify
  Nanoseconds from = 0;
  Nanoseconds to = 0;
};

/// The breakdown by the marks that the run has, in order of time; a phase whose closing mark is missing is
/// left out.
[[nodiscard]] std::vector<Phase> phases_of(Run const& run);

}  // namespace pgdrill::reports
