// Which runs of a history a candidate is held against, and which acceptances count for it.
#pragma once
#include "reports/gate/gate.hpp"

namespace pgdrill::reports {

/// The newest acceptance of the candidate's scenario and metric (empty: any) that counts when the run began,
/// or the newest that no longer did. By the time of the run, so that the same run always gives the same
/// answer.
[[nodiscard]] std::optional<Acceptance> newest_acceptance(History const& history, HistoryRun const& candidate,
                                                          std::string const& metric, bool in_force = true);

/// How many runs met a limit, of how many. Runs that failed are among them: who asks how often a rollback
/// keeps its limit must not be told of the good ones only.
struct Coverage {
  std::size_t within = 0;
  std::size_t measured = 0;

  void add(HistoryRun const& run, std::string const& metric, double limit);
};
/// Of the runs that are compared with, and of those like them that are not because they failed or were
/// doubtful.
[[nodiscard]] Coverage coverage_of(History const& history, HistoryRun const& candidate,
                                   GateSettings const& settings, std::string const& metric, double limit);

}  // namespace pgdrill::reports
