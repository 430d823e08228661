// The verdict: the fold of a run, computed here and nowhere else. The whole is as bad as its worst part; what
// was not measured is never met.
#pragma once
#include <map>
#include <optional>
#include <string>
#include <vector>

#include "reports/clocks.hpp"
#include "reports/outage.hpp"
#include "reports/run.hpp"

namespace pgdrill::reports {

/// Exit codes of a run (README has the table). When several hold, the first in this order decides: 70, 5,
/// 130/143, 1, 6, 3, 4, 0.
inline constexpr int exit_pass = 0;
inline constexpr int exit_missed = 1;
inline constexpr int exit_usage = 2;
inline constexpr int exit_unreachable = 3;
inline constexpr int exit_inconclusive = 4;
inline constexpr int exit_unclean = 5;
inline constexpr int exit_bug = 70;
inline constexpr int exit_interrupted = 130;
inline constexpr int exit_terminated = 143;

struct ObjectiveResult {
  std::string name;
  std::string status;           ///< met, missed, not-measured
  std::optional<double> value;  ///< in `unit`; empty when not measured
  double limit = 0;
  std::string unit;    ///< "s" or "differences"
  std::string detail;  ///< how it was measured, or why it was not
};

/// What earlier runs of the same drill took, for reports that show a run among them.
struct HistoryFigures {
  struct Entry {
    std::string started;
    double rto = 0;  ///< seconds
  };
  std::vector<Entry> runs;  ///< comparable ones, oldest first, without this one
  std::string sentence;     ///< what the gate says of this one
};

struct Verdict {
  std::string decision;  ///< go, no-go, inconclusive
  int exit_code = exit_pass;
  std::vector<int> exit_codes;  ///< all that hold, the deciding one first
  std::vector<ObjectiveResult> objectives;
  std::vector<std::string> reasons;       ///< why it is not GO, or what makes it GO; the gravest first
  std::vector<std::string> not_examined;  ///< what no check speaks of, although one sounds so; none is proven
  std::vector<std::string> remediation;   ///< what to do about what failed
  Rto rto;
  std::vector<Phase> phases;
  std::vector<ClockComparison> clocks;
  std::vector<Outage> outages;
  std::optional<HistoryFigures> history;     ///< when the caller has one
  std::map<std::string, std::string> files;  ///< SHA-256 of the package's files that are written already
};

[[nodiscard]] Verdict judge(Run const& run);

/// The three objectives against the run's limits, in the scenario's order. An objective of another name is
/// not measured.
[[nodiscard]] std::vector<ObjectiveResult> judge_objectives(Run const& run, Rto const& rto);

/// Remediation notes: one per thing that failed, from its error's own advice or from what its kind calls for.
[[nodiscard]] std::vector<std::string> remediation_notes(Run const& run, Verdict const& verdict);

}  // namespace pgdrill::reports
