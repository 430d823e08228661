// Pushes to a Prometheus Pushgateway (github.com/prometheus/pushgateway, README): PUT replaces a group, so
// that a metric that is no longer set does not live on; DELETE retires it. A group per (namespace, cluster,
// scenario) and kind, never per run: the gateway forgets nothing by itself.
//
// The last success is a group of its own ("pgdrill_proof"): a later run that fails must not take it away.
#pragma once
#include <string>
#include <vector>

#include "harness/base/task.hpp"
#include "reports/metric_table.hpp"

namespace pgdrill::reports {

struct PushGroup {
  std::string ns;
  std::string cluster;
  std::string scenario;
};

/// The path of a group below the gateway's URL: values that are empty or hold a slash go as base64.
[[nodiscard]] std::string group_path(std::string_view job, PushGroup const& group);

/// Replaces the groups of a scenario by these samples. Errors: unreachable, timeout; invalid with what the
/// gateway says.
[[nodiscard]] Task<Result<>> push_metrics(std::string url, PushGroup group, std::vector<MetricSample> samples,
                                          Duration limit);
/// Takes away all groups of a scenario; one that is not there is no error.
[[nodiscard]] Task<Result<>> forget_metrics(std::string url, PushGroup group, Duration limit);

}  // namespace pgdrill::reports
