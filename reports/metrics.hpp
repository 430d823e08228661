// The metrics of one run in Prometheus' text format; reports/metric_table.hpp has the rules.
#pragma once
#include <string>

#include "reports/metric_table.hpp"
#include "reports/verdict.hpp"

namespace pgdrill::reports {

/// `live`: the run may still go on; it then has no verdict yet.
void add_run_metrics(MetricSet& metrics, Run const& run, Verdict const& verdict, bool live);

/// Of a run that has ended, or broke off.
[[nodiscard]] std::string metrics_text(Run const& run, Verdict const& verdict);

}  // namespace pgdrill::reports
