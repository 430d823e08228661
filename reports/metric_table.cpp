#include "reports/metric_table.hpp"

#include <fmt/format.h>
#include <prometheus/gauge.h>
#include <prometheus/registry.h>
#include <prometheus/text_serializer.h>

#include <algorithm>
#include <cmath>
#include <cstdio>
#include <cstdlib>

#include "reports/escape.hpp"

namespace pgdrill::reports {

namespace {

constexpr std::size_t longest_label = 200;

constexpr MetricDefinition table[] = {
    {"pgdrill_build_info", "version (1)", "Version of pgdrill that ran the drill; always 1."},
    {"pgdrill_checks", "result (4)",
     "Checks of the latest run by result: pass, fail, error (could not be decided), skip (steps that were "
     "left "
     "out, with what they would have checked)."},
    {"pgdrill_evidence_written_timestamp_seconds", "",
     "When the latest run's package was sealed (its MANIFEST.sha256 written); not in the package itself."},
    {"pgdrill_expected_interval_seconds", "", "How often the drill is meant to run, for alerts on its age."},
    {"pgdrill_fault_injected", "fault (30)",
     "1 when a witness saw that the fault, or the step's effect, took place; 0 when none did."},
    {"pgdrill_gate_baseline_seconds", "metric (3)", "Median of the history that the gate compares with."},
    {"pgdrill_gate_history_runs", "metric (3)", "Comparable runs behind the gate's verdict."},
    {"pgdrill_gate_p_value", "metric (3)", "Rank of the latest run among history, as a p value."},
    {"pgdrill_gate_ratio", "metric (3)", "The latest run's value divided by the baseline."},
    {"pgdrill_gate_state", "metric (3), state (6)",
     "1 for the gate's state of the latest run, 0 for the others: pass, cleared, regressed, suspect, "
     "no_verdict, accepted (by a person, with `gate accept`)."},
    {"pgdrill_history_rto_seconds", "stat (3)",
     "RTO over the latest 50 GO runs, one value per run: median, p90 (nine of ten took no longer) and max."},
    {"pgdrill_history_runs", "decision (3)", "Runs in the evidence by decision."},
    {"pgdrill_last_run_timestamp_seconds", "", "When the latest run ended."},
    {"pgdrill_last_success_timestamp_seconds", "", "When the latest run with decision GO ended."},
    {"pgdrill_objective_rpo_seconds", "", "The RPO objective in force."},
    {"pgdrill_objective_rto_seconds", "", "The RTO objective in force."},
    {"pgdrill_objective_status", "objective (3), status (3)",
     "1 for the status of the objective (met, missed, not_measured), 0 for the others."},
    {"pgdrill_point_of_no_return_reached", "",
     "1 when the run showed that its captured state can no longer be restored, 0 when it was restored and "
     "found equal."},
    {"pgdrill_proven_info", "postgres_version (1), postgres_version_from (1), postgres_version_to (1)",
     "The PostgreSQL version whose rollback was proven last (the one that was rolled back from, as in _to), "
     "and "
     "the one that it was rolled back to (_from); always 1."},
    {"pgdrill_read_unavailable_seconds", "", "The longest stretch in which the probe client could not read."},
    {"pgdrill_rollback_lost_transactions", "", "Acknowledged writes that are missing after the rollback."},
    {"pgdrill_rollback_phase_seconds", "phase (13)", "Where the time of the rollback went."},
    {"pgdrill_rollback_rpo_seconds", "", "Time span of acknowledged writes that were lost."},
    {"pgdrill_rollback_rto_seconds", "stat (2)",
     "From the first failed or wrong answer to the unbroken right stretch, as clients saw it; median and max "
     "over "
     "the repeats of the latest run, which are equal when there is one."},
    {"pgdrill_run_duration_seconds", "", "How long the whole run took."},
    {"pgdrill_run_info",
     "postgres_version_from (1), postgres_version_to (1), change_kind (3), fingerprint (1)",
     "PostgreSQL version of the latest run's target before and after the change, what changed its database "
     "(migration, sql, none), and "
     "what it may be compared with; always 1."},
    {"pgdrill_running", "", "1 while a run goes on, 0 when it has ended or its writer is gone."},
    {"pgdrill_undo_pending", "",
     "Acts of the latest run that are not undone: something may still be broken."},
    {"pgdrill_verdict", "verdict (3)",
     "1 for the decision of the latest run (go, no_go, inconclusive), 0 for the others."},
    {"pgdrill_write_unavailable_seconds", "",
     "The longest stretch in which the probe client could not write."},
};

MetricDefinition const& definition(std::string const& name) {
  auto const* const found = std::find_if(std::begin(table), std::end(table),
                                         [&](MetricDefinition const& entry) { return entry.name == name; });
  if (found == std::end(table)) {
    std::fprintf(stderr, "pgdrill: metric %s is not in the table\n", name.c_str());
    std::abort();
  }
  return *found;
}

/// 15 of "fault (15)" for label fault.
std::size_t bound_of(MetricDefinition const& metric, std::string const& label) {
  std::string const all = ", " + std::string(metric.labels);
  std::string const entry = ", " + label + " (";
  std::size_t const at = all.find(entry);
  if (at == std::string::npos) {
    std::fprintf(stderr, "pgdrill: metric %s has no label %s in the table\n",
                 std::string(metric.name).c_str(), label.c_str());
    std::abort();
  }
  return std::strtoul(all.c_str() + at + entry.size(), nullptr, 10);
}

}  // namespace

std::span<MetricDefinition const> metric_table() { return table; }

std::string metric_table_markdown() {
  std::string text =
      "# Metrics\n\nMade from `reports/metric_table.cpp`. All are gauges with the labels `namespace`, "
      "`cluster` "
      "and `scenario`;\nvalues that are not known are left out.\n\n| Metric | Other labels (bound) | Meaning "
      "|\n|---|---|---|\n";
  for (MetricDefinition const& entry : table)
    text += fmt::format("| `{}` | {} | {} |\n", entry.name, entry.labels, entry.help);
  return text;
}

bool MetricSet::admit(MetricDefinition const& metric, std::string const& label, std::string const& value) {
  std::string key = std::string(metric.name) + "\n" + label;
  for (auto const& [name, text] : common_) key += "\n" + text;
  std::set<std::string>& known = values_[key];
  return known.contains(value) || (known.size() < bound_of(metric, label) && known.insert(value).second);
}

void MetricSet::set(std::string const& name, double value, Labels extra) {
  MetricDefinition const& metric = definition(name);
  if (!std::isfinite(value)) return;
  // Prometheus refuses a whole scrape for one label that is no UTF-8.
  for (auto& [label, text] : extra) {
    text = one_line(text, longest_label);
    if (!admit(metric, label, text)) return;
  }
  for (auto const& [label, text] : common_) extra[label] = one_line(text, longest_label);
  samples_.push_back({.name = name, .labels = std::move(extra), .value = value});
}

void MetricSet::add(std::vector<MetricSample> const& samples) {
  samples_.insert(samples_.end(), samples.begin(), samples.end());
}

std::string MetricSet::text() const {
  prometheus::Registry registry;
  for (MetricSample const& sample : samples_) {
    std::string const help(definition(sample.name).help);
    prometheus::BuildGauge()
        .Name(sample.name)
        .Help(help)
        .Register(registry)
        .Add(sample.labels)
        .Set(sample.value);
  }
  // prometheus-cpp keeps families and series in hash maps.
  std::vector<prometheus::MetricFamily> families = registry.Collect();
  std::sort(families.begin(), families.end(), [](auto const& a, auto const& b) { return a.name < b.name; });
  for (prometheus::MetricFamily& family : families) {
    for (prometheus::ClientMetric& metric : family.metric)
      std::sort(metric.label.begin(), metric.label.end());
    std::sort(family.metric.begin(), family.metric.end(),
              [](auto const& a, auto const& b) { return a.label < b.label; });
  }
  return prometheus::TextSerializer().Serialize(families);
}

}  // namespace pgdrill::reports
