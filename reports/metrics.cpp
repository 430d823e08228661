#include "reports/metrics.hpp"

#include <prometheus/gauge.h>
#include <prometheus/registry.h>
#include <prometheus/text_serializer.h>

#include <algorithm>
#include <cmath>

#include "harness/base/time.hpp"
#include "reports/escape.hpp"
#include "reports/report.hpp"
#include "reports/run_summary.hpp"

namespace pgdrill::reports {

namespace {

using Labels = std::map<std::string, std::string>;

std::string text(json::object const& object, std::string_view key) {
  json::value const* const value = object.if_contains(key);
  return value != nullptr && value->is_string() ? one_line(value->get_string(), 200) : std::string();
}

/// Gauges of one run; all carry namespace, cluster and scenario.
class Gauges {
 public:
  explicit Gauges(Run const& run)
      : common_{{"namespace", text(run.target, "namespace")},
                {"cluster", text(run.target, "cluster")},
                {"scenario", one_line(run.scenario_name(), 200)}} {}

  void set(std::string const& name, std::string const& help, double value, Labels extra = {}) {
    if (!std::isfinite(value)) return;
    extra.insert(common_.begin(), common_.end());
    prometheus::BuildGauge().Name(name).Help(help).Register(registry_).Add(extra).Set(value);
  }

  std::string sorted_text() const {
    std::vector<prometheus::MetricFamily> families = registry_.Collect();
    std::sort(families.begin(), families.end(), [](auto const& a, auto const& b) { return a.name < b.name; });
    for (prometheus::MetricFamily& family : families) {
      for (prometheus::ClientMetric& metric : family.metric)
        std::sort(metric.label.begin(), metric.label.end());
      std::sort(family.metric.begin(), family.metric.end(),
                [](auto const& a, auto const& b) { return a.label < b.label; });
    }
    return prometheus::TextSerializer().Serialize(families);
  }

 private:
  Labels common_;
  prometheus::Registry registry_;
};

double to_seconds(Nanoseconds duration) { return static_cast<double>(duration) / 1e9; }

void set_run(Gauges& gauges, Run const& run, Verdict const& verdict) {
  gauges.set("pgdrill_build_info", "Version of pgdrill that ran the drill; always 1.", 1,
             {{"version", run.version}});
  gauges.set("pgdrill_run_info", "The latest run: its id and the PostgreSQL version of its target; always 1.",
             1, {{"run", run.id}, {"postgres_version", text(run.target, "postgres")}});
  gauges.set("pgdrill_run_duration_seconds", "How long the whole run took.", to_seconds(run.ended));
  for (std::string const decision : {"go", "no-go", "inconclusive"}) {
    std::string label = decision;
    std::replace(label.begin(), label.end(), '-', '_');
    gauges.set("pgdrill_verdict", "1 for the decision of the latest run, 0 for the others.",
               verdict.decision == decision ? 1 : 0, {{"verdict", label}});
  }
  Result<WallTime> const end = parse_time(run.ended_wall);
  if (!end || run.status.empty()) return;
  double const end_seconds = static_cast<double>(end->time_since_epoch().count()) / 1e6;
  gauges.set("pgdrill_last_run_timestamp_seconds", "When the latest run ended.", end_seconds);
  if (verdict.decision != "go") return;
  gauges.set("pgdrill_last_success_timestamp_seconds", "When the latest run with decision GO ended.",
             end_seconds);
  gauges.set("pgdrill_proven_info", "The PostgreSQL version whose rollback was proven last; always 1.", 1,
             {{"postgres_version", text(run.target, "postgres")}});
}

void set_objectives(Gauges& gauges, Verdict const& verdict) {
  for (ObjectiveResult const& objective : verdict.objectives) {
    if (objective.name == "rto") {
      gauges.set("pgdrill_objective_rto_seconds", "The RTO objective in force.", objective.limit);
      if (objective.value) {
        gauges.set("pgdrill_rollback_rto_seconds",
                   "From the first failed or wrong answer to the unbroken right stretch, as clients saw it.",
                   *objective.value);
      }
    } else if (objective.name == "rpo") {
      gauges.set("pgdrill_objective_rpo_seconds", "The RPO objective in force.", objective.limit);
      if (objective.value) {
        gauges.set("pgdrill_rollback_rpo_seconds", "Time span of acknowledged writes that were lost.",
                   *objective.value);
      }
    }
    for (std::string const status : {"met", "missed", "not-measured"}) {
      std::string label = status;
      std::replace(label.begin(), label.end(), '-', '_');
      gauges.set("pgdrill_objective_status", "1 for the status of the objective, 0 for the others.",
                 objective.status == status ? 1 : 0, {{"objective", objective.name}, {"status", label}});
    }
  }
}

void set_rollback(Gauges& gauges, Run const& run, Verdict const& verdict) {
  for (Phase const& phase : verdict.phases) {
    gauges.set("pgdrill_rollback_phase_seconds", "Where the time of the rollback went.",
               to_seconds(phase.to - phase.from), {{"phase", phase.name}});
  }
  for (Witness const& witness : run.witnesses) {
    gauges.set("pgdrill_fault_injected", "1 when a witness saw that the effect of the step took place.",
               witness.seen ? 1 : 0, {{"fault", one_line(witness.subject, 100)}});
  }
  if (!run.ledgers.empty()) {
    double lost = 0;
    for (LedgerVerdict const& ledger : run.ledgers) lost += static_cast<double>(ledger.lost.size());
    gauges.set("pgdrill_rollback_lost_transactions",
               "Acknowledged writes that are missing after the rollback.", lost);
  }
  for (std::string const sample_class : {"read", "write"}) {
    if (std::optional<double> const longest = longest_outage(run, verdict, sample_class)) {
      gauges.set("pgdrill_" + sample_class + "_unavailable_seconds",
                 "The longest stretch in which the probe client could not " + sample_class + ".", *longest);
    }
  }
}

void set_checks(Gauges& gauges, Run const& run) {
  for (auto const& [status, label] :
       {std::pair{"passed", "pass"}, {"failed", "fail"}, {"undecided", "error"}}) {
    std::string const wanted = status;
    auto const count = std::count_if(run.checks.begin(), run.checks.end(),
                                     [&](Check const& check) { return check.status == wanted; });
    gauges.set("pgdrill_checks", "Checks of the latest run by result.", static_cast<double>(count),
               {{"result", label}});
  }
  auto const open = std::count_if(run.undo.begin(), run.undo.end(),
                                  [](auto const& record) { return record.status != "done"; });
  gauges.set("pgdrill_undo_pending", "What the latest run did and did not undo.", static_cast<double>(open));
}

}  // namespace

std::string metrics_text(Run const& run, Verdict const& verdict) {
  Gauges gauges(run);
  set_run(gauges, run, verdict);
  set_objectives(gauges, verdict);
  set_rollback(gauges, run, verdict);
  set_checks(gauges, run);
  return gauges.sorted_text();
}

namespace {
RegisterReport const registered("metrics.prom", &metrics_text,
                                "Gauges for the textfile collector of Prometheus' node exporter");
}

}  // namespace pgdrill::reports
