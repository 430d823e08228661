#include "reports/gate/comparable.hpp"

#include <algorithm>

namespace pgdrill::reports {

namespace {

bool is_meant(Acceptance const& acceptance, HistoryRun const& candidate, std::string const& metric) {
  return acceptance.scenario == candidate.scenario &&
         (metric.empty() || acceptance.metric.empty() || acceptance.metric == metric);
}

bool expired(Acceptance const& acceptance, HistoryRun const& candidate) {
  return !acceptance.expires.empty() && acceptance.expires <= candidate.started;
}

/// Why a run is not compared with.
class Sieve {
 public:
  Sieve(History const& history, HistoryRun const& candidate, GateSettings const& settings, std::string metric)
      : history_(history), candidate_(candidate), settings_(settings), metric_(std::move(metric)) {
    accepted_ = newest_acceptance(history, candidate, metric_);
  }

  /// The counter that it belongs to; null: it is comparable.
  [[nodiscard]] std::size_t Excluded::* reason(HistoryRun const& run) const {
    if (run.scenario != candidate_.scenario) return &Excluded::other_scenario;
    if (!same_fingerprint(run.fingerprint, candidate_.fingerprint)) return &Excluded::not_comparable;
    bool const other_branch = (!settings_.branch.empty() && run.branch != settings_.branch) ||
                              (!settings_.tag.empty() && run.tag != settings_.tag);
    if (other_branch) return &Excluded::other_branch;
    if (run.decision != "go" || run.gate == "failed" || run.value(metric_).value_or(0) <= 0)
      return &Excluded::failed;
    if (run.gate == "regressed" || run.gate == "suspect") return &Excluded::doubtful;
    return is_of_another_level(run) ? &Excluded::superseded : nullptr;
  }

  [[nodiscard]] bool is_candidate(HistoryRun const& run) const {
    return run.run == candidate_.run ||
           (!candidate_.repetition.empty() && run.repetition == candidate_.repetition);
  }

  /// Before the accepted level, or taken under an acceptance that has expired since.
  [[nodiscard]] bool is_of_another_level(HistoryRun const& run) const {
    if (accepted_ && run.started < accepted_->at) return true;
    return std::any_of(
        history_.acceptances.begin(), history_.acceptances.end(), [&](Acceptance const& acceptance) {
          bool const replaced = accepted_ && accepted_->at >= acceptance.at;
          return is_meant(acceptance, candidate_, metric_) && expired(acceptance, candidate_) && !replaced &&
                 run.started >= acceptance.at && run.started < acceptance.expires;
        });
  }

 private:
  History const& history_;
  HistoryRun const& candidate_;
  GateSettings const& settings_;
  std::string metric_;
  std::optional<Acceptance> accepted_;
};

/// The newest of them, as many as count.
void keep_window(std::vector<HistoryRun const*>& runs, std::optional<std::size_t> window) {
  if (window && runs.size() > *window)
    runs.erase(runs.begin(), runs.end() - static_cast<std::ptrdiff_t>(*window));
}

}  // namespace

std::optional<Acceptance> newest_acceptance(History const& history, HistoryRun const& candidate,
                                            std::string const& metric, bool in_force) {
  std::optional<Acceptance> newest;
  for (Acceptance const& acceptance : history.acceptances) {
    bool const counts = is_meant(acceptance, candidate, metric) && expired(acceptance, candidate) != in_force;
    if (counts && (!newest || acceptance.at >= newest->at)) newest = acceptance;
  }
  return newest;
}

std::vector<HistoryRun const*> comparable_runs(History const& history, HistoryRun const& candidate,
                                               GateSettings const& settings, std::string const& metric,
                                               Excluded& excluded) {
  Sieve const sieve(history, candidate, settings, metric);
  std::vector<HistoryRun const*> runs;
  for (HistoryRun const& run : history.runs) {
    std::size_t Excluded::* const reason = sieve.reason(run);
    if (reason == &Excluded::not_comparable)
      excluded.differ.merge(fingerprint_differences(run.fingerprint, candidate.fingerprint));
    if (reason != nullptr) {
      ++(excluded.*reason);
    } else if (!sieve.is_candidate(run)) {
      runs.push_back(&run);
    }
  }
  keep_window(runs, settings.window);
  return runs;
}

void Coverage::add(HistoryRun const& run, std::string const& metric, double limit) {
  std::optional<double> const value = run.value(metric);
  bool const disproved = run.decision == "no-go";
  if (!value && !disproved) return;  // not known: neither met nor missed
  ++measured;
  if (value && *value <= limit && !disproved) ++within;
}

Coverage coverage_of(History const& history, HistoryRun const& candidate, GateSettings const& settings,
                     std::string const& metric, double limit) {
  Sieve const sieve(history, candidate, settings, metric);
  Excluded ignored;
  auto const compared = comparable_runs(history, candidate, settings, metric, ignored);
  bool const clipped = settings.window && compared.size() == *settings.window;
  Coverage coverage;
  for (HistoryRun const& run : history.runs) {
    std::size_t Excluded::* const reason = sieve.reason(run);
    bool const like_them = reason == nullptr || reason == &Excluded::failed || reason == &Excluded::doubtful;
    bool const before = clipped && run.started < compared.front()->started;
    if (like_them && !before && !sieve.is_candidate(run) && !sieve.is_of_another_level(run))
      coverage.add(run, metric, limit);
  }
  return coverage;
}

}  // namespace pgdrill::reports
