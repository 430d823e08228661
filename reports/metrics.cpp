#include "reports/metrics.hpp"

#include <algorithm>
#include <cmath>

#include "harness/base/time.hpp"
#include "reports/escape.hpp"
#include "reports/point_of_no_return.hpp"
#include "reports/report.hpp"
#include "reports/run_summary.hpp"

namespace pgdrill::reports {

namespace {

std::string text(json::object const& object, std::string_view key) {
  json::value const* const value = object.if_contains(key);
  return value != nullptr && value->is_string() ? one_line(value->get_string(), 200) : std::string();
}

double to_seconds(Nanoseconds duration) { return static_cast<double>(duration) / 1e9; }

/// By the gravest step that changed the database.
std::string change_kind(Run const& run) {
  auto const has = [&](std::string_view kind) {
    return std::any_of(run.steps.begin(), run.steps.end(),
                       [&](StepRecord const& step) { return step.kind == kind; });
  };
  return has("commit-migration") ? "migration" : has("run-sql") ? "sql" : "none";
}

void set_run(MetricSet& metrics, Run const& run, Verdict const& verdict, bool live) {
  metrics.set("pgdrill_build_info", 1, {{"version", run.version}});
  metrics.set("pgdrill_run_info", 1,
              {{"postgres_version_from", run.postgres_version()},
               {"postgres_version_to", run.postgres_version_to()},
               {"change_kind", change_kind(run)},
               {"fingerprint", short_fingerprint(fingerprint_of(run))}});
  metrics.set("pgdrill_run_duration_seconds", to_seconds(run.ended));
  bool const running = live && run.status.empty();
  metrics.set("pgdrill_running", running ? 1 : 0);
  // A run that goes on has no decision yet; one that broke off is inconclusive.
  if (running) return;
  for (std::string const decision : {"go", "no-go", "inconclusive"}) {
    std::string label = decision;
    std::replace(label.begin(), label.end(), '-', '_');
    metrics.set("pgdrill_verdict", verdict.decision == decision ? 1 : 0, {{"verdict", label}});
  }
  Result<WallTime> const end = parse_time(run.ended_wall);
  if (!end || run.status.empty()) return;
  double const end_seconds = static_cast<double>(end->time_since_epoch().count()) / 1e6;
  metrics.set("pgdrill_last_run_timestamp_seconds", end_seconds);
  if (verdict.decision != "go") return;
  metrics.set("pgdrill_last_success_timestamp_seconds", end_seconds);
  metrics.set("pgdrill_proven_info", 1,
              {{"postgres_version", run.postgres_version_to()},
               {"postgres_version_from", run.postgres_version()},
               {"postgres_version_to", run.postgres_version_to()}});
}

void set_objectives(MetricSet& metrics, Verdict const& verdict) {
  for (ObjectiveResult const& objective : verdict.objectives) {
    if (objective.name == "rto") {
      metrics.set("pgdrill_objective_rto_seconds", objective.limit);
      if (objective.value) {
        for (std::string const stat : {"median", "max"})
          metrics.set("pgdrill_rollback_rto_seconds", *objective.value, {{"stat", stat}});
      }
    } else if (objective.name == "rpo") {
      metrics.set("pgdrill_objective_rpo_seconds", objective.limit);
      if (objective.value) {
        metrics.set("pgdrill_rollback_rpo_seconds", *objective.value);
      }
    }
    for (std::string const status : {"met", "missed", "not-measured"}) {
      std::string label = status;
      std::replace(label.begin(), label.end(), '-', '_');
      metrics.set("pgdrill_objective_status", objective.status == status ? 1 : 0,
                  {{"objective", objective.name}, {"status", label}});
    }
  }
}

void set_rollback(MetricSet& metrics, Run const& run, Verdict const& verdict) {
  for (Phase const& phase : verdict.phases) {
    metrics.set("pgdrill_rollback_phase_seconds", to_seconds(phase.to - phase.from), {{"phase", phase.name}});
  }
  for (Witness const& witness : run.witnesses) {
    metrics.set("pgdrill_fault_injected", witness.seen ? 1 : 0, {{"fault", one_line(witness.subject, 100)}});
  }
  if (!run.ledgers.empty()) {
    double lost = 0;
    for (LedgerVerdict const& ledger : run.ledgers) lost += static_cast<double>(ledger.lost.size());
    metrics.set("pgdrill_rollback_lost_transactions", lost);
  }
  if (std::optional<bool> const reached = point_of_no_return(run, verdict).reached)
    metrics.set("pgdrill_point_of_no_return_reached", *reached ? 1 : 0);
  for (std::string const sample_class : {"read", "write"}) {
    if (std::optional<double> const longest = longest_outage(run, verdict, sample_class)) {
      metrics.set("pgdrill_" + sample_class + "_unavailable_seconds", *longest);
    }
  }
}

void set_checks(MetricSet& metrics, Run const& run, bool running) {
  for (auto const& [status, label] :
       {std::pair{"passed", "pass"}, {"failed", "fail"}, {"undecided", "error"}}) {
    std::string const wanted = status;
    auto const count = std::count_if(run.checks.begin(), run.checks.end(),
                                     [&](Check const& check) { return check.status == wanted; });
    metrics.set("pgdrill_checks", static_cast<double>(count), {{"result", label}});
  }
  auto const left_out = std::count_if(run.steps.begin(), run.steps.end(), [&](StepRecord const& step) {
    return step.status == "skipped" || (step.status == "planned" && !running);
  });
  metrics.set("pgdrill_checks", static_cast<double>(left_out), {{"result", "skip"}});
  auto const open = std::count_if(run.undo.begin(), run.undo.end(),
                                  [](auto const& record) { return record.status != "done"; });
  metrics.set("pgdrill_undo_pending", static_cast<double>(open));
}

}  // namespace

void add_run_metrics(MetricSet& metrics, Run const& run, Verdict const& verdict, bool live) {
  metrics.common_labels({{"namespace", text(run.target, "namespace")},
                         {"cluster", text(run.target, "cluster")},
                         {"scenario", one_line(run.scenario_name(), 200)}});
  set_run(metrics, run, verdict, live);
  set_objectives(metrics, verdict);
  set_rollback(metrics, run, verdict);
  set_checks(metrics, run, live && run.status.empty());
}

std::string metrics_text(Run const& run, Verdict const& verdict) {
  MetricSet metrics;
  add_run_metrics(metrics, run, verdict, false);
  return metrics.text();
}

namespace {
RegisterReport const registered("metrics.prom", &metrics_text,
                                "Gauges for the textfile collector of Prometheus' node exporter");
}

}  // namespace pgdrill::reports
