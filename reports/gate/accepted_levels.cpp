#include <algorithm>

#include "reports/gate/gate.hpp"
#include "reports/statistics/order.hpp"

namespace pgdrill::reports {

namespace {

std::optional<double> median_of(std::vector<HistoryRun const*> const& runs, std::string const& metric) {
  std::vector<double> values;
  for (HistoryRun const* const run : runs) {
    if (auto const value = run->value(metric)) values.push_back(*value);
  }
  return values.empty() ? std::nullopt : std::optional(statistics::median(values));
}

/// Runs that the gate took for slower, since the last acceptance.
std::vector<HistoryRun const*> slower_runs(History const& history, HistoryRun const& newest,
                                           std::string const& metric) {
  std::string since;
  for (Acceptance const& acceptance : history.acceptances) {
    bool const meant =
        acceptance.scenario == newest.scenario && (acceptance.metric.empty() || acceptance.metric == metric);
    if (meant) since = std::max(since, acceptance.at);
  }
  std::vector<HistoryRun const*> runs;
  for (HistoryRun const& run : history.runs) {
    bool const slower = run.gate == "regressed" || run.gate == "suspect";
    if (slower && run.scenario == newest.scenario && same_fingerprint(run.fingerprint, newest.fingerprint) &&
        run.started >= since)
      runs.push_back(&run);
  }
  return runs;
}

}  // namespace

std::map<std::string, AcceptedLevel> accepted_levels(History const& history, std::string const& scenario,
                                                     std::string const& metric) {
  HistoryRun const* newest = nullptr;
  for (HistoryRun const& run : history.runs) {
    if (run.scenario == scenario && (newest == nullptr || run.started >= newest->started)) newest = &run;
  }
  std::map<std::string, AcceptedLevel> levels;
  if (newest == nullptr) return levels;
  for (auto const& entry : newest->values) {
    std::string const& name = entry.first;
    if (!metric.empty() && name != metric) continue;
    Excluded ignored;
    auto const before = comparable_runs(history, *newest, {.window = default_window}, name, ignored);
    std::vector<HistoryRun const*> now = slower_runs(history, *newest, name);
    if (now.empty()) now.push_back(newest);
    levels[name] = {.before = median_of(before, name), .now = median_of(now, name)};
  }
  return levels;
}

}  // namespace pgdrill::reports
