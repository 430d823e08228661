#include "reports/exporters/evidence_metrics.hpp"

#include <sys/stat.h>

#include <algorithm>
#include <cmath>
#include <tuple>

#include "reports/metrics.hpp"
#include "reports/statistics/gate_rule.hpp"

namespace pgdrill::reports {

namespace {

constexpr std::size_t history_runs = 50;
constexpr std::size_t gate_window = 20;

double quantile(std::vector<double> sorted, double share) {
  std::sort(sorted.begin(), sorted.end());
  auto const rank = static_cast<std::size_t>(std::ceil(share * static_cast<double>(sorted.size())));
  return sorted[std::clamp<std::size_t>(rank, 1, sorted.size()) - 1];
}

bool is_success(MetricSample const& sample) {
  return sample.name == "pgdrill_last_success_timestamp_seconds" || sample.name == "pgdrill_proven_info";
}

void add_history(MetricSet& metrics, std::vector<RunSummary const*> const& runs) {
  std::map<std::string, int> decisions{{"go", 0}, {"no-go", 0}, {"inconclusive", 0}};
  std::vector<double> rto;
  for (RunSummary const* const run : runs) {
    ++decisions[run->decision];
    auto const value = run->values.find("rto");
    if (run->decision == "go" && value != run->values.end()) rto.push_back(value->second);
  }
  for (auto const& [decision, count] : decisions) {
    metrics.set("pgdrill_history_runs", count, {{"decision", decision == "no-go" ? "no_go" : decision}});
  }
  if (rto.size() > history_runs) rto.erase(rto.begin(), rto.end() - history_runs);
  if (rto.empty()) return;
  metrics.set("pgdrill_history_rto_seconds", statistics::median(rto), {{"quantile", "0.5"}});
  metrics.set("pgdrill_history_rto_seconds", quantile(rto, 0.9), {{"quantile", "0.9"}});
  metrics.set("pgdrill_history_rto_seconds", quantile(rto, 1), {{"quantile", "1"}});
}

/// One gating metric's screen.
void add_gate_metric(MetricSet& metrics, std::string const& metric, statistics::MetricResult const& result) {
  using statistics::GateState;
  for (GateState const state : {GateState::pass, GateState::cleared, GateState::regressed, GateState::suspect,
                                GateState::no_verdict}) {
    metrics.set("pgdrill_gate_state", state == result.state ? 1 : 0,
                {{"metric", metric}, {"state", statistics::name_of(state)}});
  }
  metrics.set("pgdrill_gate_history_runs", static_cast<double>(result.n), {{"metric", metric}});
  if (result.state == GateState::no_verdict) return;
  metrics.set("pgdrill_gate_baseline_seconds", result.baseline, {{"metric", metric}});
  metrics.set("pgdrill_gate_ratio", result.ratio, {{"metric", metric}});
  metrics.set("pgdrill_gate_p_value", result.screen_p, {{"metric", metric}});
}

/// The gate's screen of the newest run, held against what its scenario says; fresh runs and pairs are for
/// `pgdrill gate`.
void add_gate(MetricSet& metrics, std::vector<RunSummary const*> const& runs) {
  RunSummary const& newest = *runs.back();
  std::size_t const window = newest.gate.window.value_or(gate_window);
  statistics::RuleSettings rule;
  if (newest.gate.minimum_change) rule.minimum_ratio = 1 + *newest.gate.minimum_change / 100;
  std::vector<statistics::MetricInput> inputs;
  for (std::string const& metric :
       newest.gate.metrics.empty() ? std::vector<std::string>{"rto"} : newest.gate.metrics) {
    auto const value = newest.values.find(metric);
    if (value == newest.values.end()) continue;
    statistics::MetricInput input{
        .name = metric, .floor = newest.gate.floor.value_or(2), .candidate = {value->second}};
    for (RunSummary const* const run : runs) {
      auto const known = run->values.find(metric);
      if (run == &newest || run->decision != "go" || known == run->values.end() ||
          run->fingerprint != newest.fingerprint)
        continue;
      input.history.push_back(known->second);
    }
    if (input.history.size() > window)
      input.history.erase(input.history.begin(), input.history.end() - static_cast<std::ptrdiff_t>(window));
    inputs.push_back(std::move(input));
  }
  for (statistics::MetricResult const& result : statistics::judge_gate(inputs, rule))
    add_gate_metric(metrics, result.name, result);
}

/// When the package of a journal was sealed; nothing while it is not.
void add_sealed(MetricSet& metrics, std::filesystem::path const& journal) {
  struct stat status{};
  if (::stat((journal.parent_path() / "MANIFEST.sha256").c_str(), &status) != 0) return;
  metrics.set("pgdrill_evidence_written_timestamp_seconds",
              static_cast<double>(status.st_mtim.tv_sec) + static_cast<double>(status.st_mtim.tv_nsec) / 1e9);
}

}  // namespace

Result<std::vector<MetricSample>> journal_samples(std::filesystem::path const& journal) {
  TRY(Run const run, read_run(journal));
  MetricSet metrics;
  add_run_metrics(metrics, run, judge(run), false);
  add_sealed(metrics, journal);
  return metrics.samples();
}

EvidenceMetrics::EvidenceMetrics(std::filesystem::path directory,
                                 std::optional<double> expected_interval_seconds)
    : directory_(std::move(directory)), expected_interval_(expected_interval_seconds) {}

void EvidenceMetrics::read(std::filesystem::path const& journal, Known& known) const {
  Result<Run> const run = read_run(journal);
  known.summary.reset();
  known.samples.clear();
  if (!run) return;  // not a journal yet, or none at all: the next change of it is looked at
  Verdict const verdict = judge(*run);
  known.summary = summarize(*run, verdict);
  MetricSet metrics;
  add_run_metrics(metrics, *run, verdict, true);
  known.samples = metrics.samples();
}

void EvidenceMetrics::refresh() {
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
    entry->second.journal = &entry->first;
    if (!added && entry->second.changed == changed && entry->second.size == size) continue;
    entry->second.changed = changed;
    entry->second.size = size;
    read(journal, entry->second);
  }
}

void EvidenceMetrics::add_group(MetricSet& metrics, std::vector<Known const*> const& runs) const {
  std::vector<RunSummary const*> summaries;
  std::vector<MetricSample> success;
  for (Known const* const run : runs) {
    summaries.push_back(&*run->summary);
    std::vector<MetricSample> found;
    std::copy_if(run->samples.begin(), run->samples.end(), std::back_inserter(found), &is_success);
    if (!found.empty()) success = std::move(found);
  }
  std::vector<MetricSample> newest = runs.back()->samples;
  std::erase_if(newest, &is_success);
  metrics.add(newest);
  metrics.add(success);
  RunSummary const& summary = *summaries.back();
  metrics.common_labels(
      {{"namespace", summary.ns}, {"cluster", summary.cluster}, {"scenario", summary.scenario}});
  add_sealed(metrics, *runs.back()->journal);
  add_history(metrics, summaries);
  add_gate(metrics, summaries);
  if (expected_interval_) metrics.set("pgdrill_expected_interval_seconds", *expected_interval_);
}

std::string EvidenceMetrics::text() const {
  std::map<std::tuple<std::string, std::string, std::string>, std::vector<Known const*>> groups;
  for (auto const& [journal, known] : known_) {
    if (known.summary)
      groups[{known.summary->ns, known.summary->cluster, known.summary->scenario}].push_back(&known);
  }
  MetricSet metrics;
  for (auto& [group, runs] : groups) {
    std::sort(runs.begin(), runs.end(), [](Known const* a, Known const* b) {
      return std::tie(a->summary->started, a->summary->run) < std::tie(b->summary->started, b->summary->run);
    });
    add_group(metrics, runs);
  }
  return metrics.text();
}

}  // namespace pgdrill::reports
