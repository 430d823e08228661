#include "reports/exporters/evidence_metrics.hpp"

#include <fcntl.h>
#include <sys/file.h>
#include <unistd.h>

#include <algorithm>
#include <cmath>
#include <tuple>

#include "reports/gate/gate.hpp"
#include "reports/metrics.hpp"

namespace pgdrill::reports {

namespace {

constexpr std::size_t history_runs = 50;

double quantile(std::vector<double> sorted, double share) {
  std::sort(sorted.begin(), sorted.end());
  auto const rank = static_cast<std::size_t>(std::ceil(share * static_cast<double>(sorted.size())));
  return sorted[std::clamp<std::size_t>(rank, 1, sorted.size()) - 1];
}

void add_history(MetricSet& metrics, History const& history) {
  std::map<std::string, int> decisions{{"go", 0}, {"no-go", 0}, {"inconclusive", 0}};
  std::vector<double> rto;
  for (HistoryRun const& run : history.runs) {
    ++decisions[run.decision];
    auto const value = run.value("rto");
    if (run.decision == "go" && value) rto.push_back(*value);
  }
  for (auto const& [decision, count] : decisions) {
    metrics.set("pgdrill_history_runs", count, {{"decision", decision == "no-go" ? "no_go" : decision}});
  }
  if (rto.size() > history_runs) rto.erase(rto.begin(), rto.end() - history_runs);
  if (rto.empty()) return;
  metrics.set("pgdrill_history_rto_seconds", statistics::median(rto), {{"stat", "median"}});
  metrics.set("pgdrill_history_rto_seconds", quantile(rto, 0.9), {{"stat", "p90"}});
  metrics.set("pgdrill_history_rto_seconds", quantile(rto, 1), {{"stat", "max"}});
}

/// One gating metric's screen.
void add_gate_metric(MetricSet& metrics, std::string const& metric, statistics::MetricResult const& result) {
  using statistics::GateState;
  for (GateState const state : {GateState::pass, GateState::cleared, GateState::regressed, GateState::suspect,
                                GateState::no_verdict, GateState::accepted}) {
    metrics.set("pgdrill_gate_state", state == result.state ? 1 : 0,
                {{"metric", metric}, {"state", statistics::name_of(state)}});
  }
  metrics.set("pgdrill_gate_history_runs", static_cast<double>(result.n), {{"metric", metric}});
  if (result.n < statistics::RuleSettings().minimum_runs) return;
  metrics.set("pgdrill_gate_baseline_seconds", result.baseline, {{"metric", metric}});
  metrics.set("pgdrill_gate_ratio", result.ratio, {{"metric", metric}});
  metrics.set("pgdrill_gate_p_value", result.screen_p, {{"metric", metric}});
}

/// Whether a run without an end may still come to one: the lock of its writer tells on this machine, and what
/// was written lately where a file system shared with others has no locks.
bool may_go_on(std::filesystem::path const& journal) {
  constexpr auto silence = std::chrono::minutes(2);
  int const file = ::open(journal.c_str(), O_RDONLY | O_CLOEXEC);
  if (file < 0) return false;
  bool const locked = ::flock(file, LOCK_SH | LOCK_NB) != 0;
  ::close(file);
  std::error_code problem;
  auto const changed = std::filesystem::last_write_time(journal, problem);
  return locked || (!problem && std::filesystem::file_time_type::clock::now() - changed < silence);
}

}  // namespace

EvidenceMetrics::EvidenceMetrics(std::filesystem::path directory,
                                 std::optional<double> expected_interval_seconds,
                                 std::filesystem::path history)
    : directory_(std::move(directory)),
      expected_interval_(expected_interval_seconds),
      history_file_(std::move(history)) {}

void EvidenceMetrics::read(std::filesystem::path const& journal, Known& known) const {
  Result<Run> const run = read_run(journal);
  known.repeat.reset();
  if (run)
    known.repeat = repeat_of(*run, journal, may_go_on(journal));  // else the next change of it is looked at
}

void EvidenceMetrics::refresh() {
  if (!history_file_.empty()) {
    // One that cannot be read leaves what was read before.
    if (Result<History> history = read_history(history_file_)) history_ = std::move(*history);
  }
  Result<std::vector<std::filesystem::path>> const journals = journals_at(directory_);
  if (!journals) {
    known_.clear();
    return;
  }
  std::erase_if(known_, [&](auto const& entry) {
    return !std::binary_search(journals->begin(), journals->end(), entry.first);
  });
  for (std::filesystem::path const& journal : *journals) {
    std::error_code problem;
    auto const changed = std::filesystem::last_write_time(journal, problem);
    std::uintmax_t const size = std::filesystem::file_size(journal, problem);
    if (problem) continue;
    auto const [entry, added] = known_.try_emplace(journal);
    if (!added && !entry->second.running() && entry->second.changed == changed && entry->second.size == size)
      continue;
    entry->second.changed = changed;
    entry->second.size = size;
    read(journal, entry->second);
  }
}

void EvidenceMetrics::add_group(MetricSet& metrics, std::vector<RepeatSamples const*> const& all) const {
  History evidence;
  std::vector<MetricSample> success;
  std::vector<MetricSample> newest;
  for (auto const& repeats : by_run(all)) {
    newest = together(repeats);
    std::vector<MetricSample> found;
    std::copy_if(newest.begin(), newest.end(), std::back_inserter(found), &is_success);
    if (!found.empty()) success = std::move(found);
    // A run that goes on has no decision yet.
    if (std::any_of(repeats.begin(), repeats.end(), [](auto const* repeat) { return repeat->running; }))
      continue;
    std::vector<RunSummary> summaries;
    for (RepeatSamples const* const repeat : repeats) summaries.push_back(repeat->summary);
    if (Result<HistoryRun> run = history_run(summaries)) evidence.runs.push_back(std::move(*run));
  }
  std::erase_if(newest, &is_success);
  metrics.add(newest);
  metrics.add(success);
  metrics.common_labels(labels_of(all.front()->summary));
  add_sealed(metrics, all.back()->journal);
  add_history(metrics, evidence);
  if (!evidence.runs.empty()) {
    for (statistics::MetricResult const& result :
         screen_run(evidence.runs.back(), history_ ? *history_ : evidence))
      add_gate_metric(metrics, result.name, result);
  }
  if (expected_interval_) metrics.set("pgdrill_expected_interval_seconds", *expected_interval_);
}

std::string EvidenceMetrics::text() const {
  std::map<Labels, std::vector<RepeatSamples const*>> groups;
  for (auto const& [journal, known] : known_) {
    if (known.repeat) groups[labels_of(known.repeat->summary)].push_back(&*known.repeat);
  }
  MetricSet metrics;
  for (auto& [labels, runs] : groups) {
    std::sort(runs.begin(), runs.end(), &began_before);
    add_group(metrics, runs);
  }
  return metrics.text();
}

}  // namespace pgdrill::reports
