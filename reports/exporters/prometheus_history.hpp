// A history read back from Prometheus: the runs that it has scraped of one scenario.
#pragma once
#include <string>
#include <vector>

#include "harness/base/task.hpp"
#include "reports/gate/history.hpp"

namespace pgdrill::reports {

/// One run for each value that pgdrill_last_run_timestamp_seconds had within `window` (PromQL: "30d"), with
/// the RTO, verdict and fingerprint of the same scrape; oldest first. Errors: of the call; invalid with what
/// Prometheus says.
[[nodiscard]] Task<Result<std::vector<HistoryRun>>> prometheus_history(std::string url, std::string scenario,
                                                                       std::string window, Duration limit);

}  // namespace pgdrill::reports
