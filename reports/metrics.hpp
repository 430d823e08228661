// The metrics of one run in Prometheus' text format: gauges in base units, unknown values left out, series
// sorted so that equal runs give equal bytes. Labels: namespace, cluster, scenario (bounded by what is
// drilled), and those in the names' own table; never a run id as a label but in pgdrill_run_info.
#pragma once
#include <string>

#include "reports/verdict.hpp"

namespace pgdrill::reports {

[[nodiscard]] std::string metrics_text(Run const& run, Verdict const& verdict);

}  // namespace pgdrill::reports
