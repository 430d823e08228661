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

/// Whether a sample tells of the time before `until` (when >= 0): it started before, and what was not right
/// was over before. A call under way may have been cut by what began then.
[[nodiscard]] bool tells_of_time_before(Sample const& sample, Nanoseconds until);

/// Outages of a series in order, of the samples that tell of the time before `until`.
[[nodiscard]] std::vector<Outage> outages_of(Series const& series, Nanoseconds until);

/// The RTO as one class of one probe's answers saw it.
struct ClassRto {
  std::string probe;
  std::string sample_class;
  bool counts = false;            ///< whether it is part of the run's RTO
  Nanoseconds from = 0;           ///< its first failed or wrong answer
  std::optional<Nanoseconds> to;  ///< the start of the unbroken right stretch at the end; empty: never
  Nanoseconds resolution = 0;
};

struct Rto {
  bool measured = false;
  std::string why_not;            ///< when not measured
  Nanoseconds from = 0;           ///< the fall: the first failed or wrong answer of any probe that counts
  std::optional<Nanoseconds> to;  ///< from here on all of them answer rightly; empty: that was not seen
  Nanoseconds resolution = 0;
  std::vector<ClassRto> classes;  ///< of every series that saw an outage, in the order of the series
};

/// From the first failed or wrong answer to the start of the unbroken right stretch at the end, over all
/// probes that count. Never measured: no sample, or no fall was seen.
[[nodiscard]] Rto measure_rto(Run const& run);

/// When a series was answered last whose probe fell silent while others went on: before the recovery (or,
/// where no outage was seen, before the last mark of the rollback), and for longer than two calls and
/// an answer ever took. Whether it recovered nobody knows. Empty: it went on, or does not count for the RTO.
[[nodiscard]] std::optional<Nanoseconds> silent_since(Run const& run, Series const& series, Rto const& rto);

/// A part of the rollback between two marks.
struct Phase {
  std::string name;  ///< detect, decide, revert, restore, replay, promote, ready, cut-over, reconnect,
                     ///< verify; settle: from the last mark until all probes answered rightly
  Nanoseconds from = 0;
  Nanoseconds to = 0;
  Nanoseconds in_rto = 0;  ///< how much of it lies in the RTO
  std::string mark = {};   ///< that closes it; empty for settle
};

/// The breakdown by the marks that the run has, in order of time and without gaps; a phase whose closing mark
/// is missing is part of the next one. It begins with the damage or with the fall that the probes saw,
/// whichever came first. Once right answers are back, `in_rto` adds up to the RTO.
[[nodiscard]] std::vector<Phase> phases_of(Run const& run, Rto const& rto);

/// Whether the mark of that name closes a phase.
[[nodiscard]] bool ends_phase(std::string_view mark);

/// How much of a phase lies between two moments.
[[nodiscard]] Nanoseconds part_between(Phase const& phase, Nanoseconds from, Nanoseconds to);

}  // namespace pgdrill::reports
