#include "harness/steps/cluster_clocks.hpp"

#include "harness/base/text.hpp"

namespace pgdrill::steps {

namespace {

using engine::ClockReading;

/// lastTransitionTime of a condition that holds; empty otherwise.
std::string since_when(json::value const& cluster, std::string_view type) {
  json::value const* const condition = kube::condition_of(cluster, type);
  if (condition == nullptr || get_string(*condition, "status") != "True") return "";
  return get_string(*condition, "lastTransitionTime");
}

}  // namespace

void note_creation(engine::RunContext& context, std::string_view step, json::value const& cluster,
                   WallTime before, WallTime after) {
  std::string const created = get_string(cluster, "metadata.creationTimestamp");
  std::string const source = "Cluster " + kube::name_of(cluster) + ": creationTimestamp";
  Result<WallTime> const told = parse_time(created);
  if (told) {
    auto const resolution = std::chrono::ceil<std::chrono::microseconds>(resolution_of(created));
    context.clock_offset(step, engine::clocks::kubernetes, source,
                         clock_offset(before, after, *told, *told + resolution));
  }
  context.clock(step, {.mark = "restore-requested", .order = "after", .source = source, .at = created});
}

void note_cluster_clocks(engine::RunContext& context, std::string_view step, json::value const& cluster) {
  std::string const source = "Cluster " + kube::name_of(cluster) + ": ";
  // The archive command may run for the new timeline's history file already while the recovery ends.
  context.clock(step, {.mark = "replay-stopped",
                       .order = "after",
                       .source = source + "condition ContinuousArchiving, lastTransitionTime",
                       .at = since_when(cluster, "ContinuousArchiving")});
  context.clock(step, {.mark = "cluster-ready",
                       .order = "before",
                       .source = source + "currentPrimaryTimestamp",
                       .at = get_string(cluster, "status.currentPrimaryTimestamp")});
  context.clock(step, {.mark = "cluster-ready",
                       .order = "same",
                       .source = source + "condition Ready, lastTransitionTime",
                       .at = since_when(cluster, "Ready")});
}

void note_pod_clocks(engine::RunContext& context, std::string_view step, json::value const& pod,
                     std::string_view container) {
  json::value const* const statuses = find(pod, "status.containerStatuses");
  if (statuses == nullptr || !statuses->is_array()) return;
  std::string const source = "pod " + kube::name_of(pod) + ": container " + std::string(container) + ", ";
  for (json::value const& status : statuses->get_array()) {
    if (get_string(status, "name") != container) continue;
    context.clock(step, {.mark = "recovery-started",
                         .order = "before",
                         .source = source + "startedAt",
                         .clock = engine::clocks::node,
                         .at = get_string(status, "state.terminated.startedAt")});
    context.clock(step, {.mark = "promoted",
                         .order = "after",
                         .source = source + "finishedAt",
                         .clock = engine::clocks::node,
                         .at = get_string(status, "state.terminated.finishedAt")});
  }
}

Task<> note_server_clocks(engine::RunContext& context, std::string step, std::string cluster,
                          Duration limit) {
  WallTime const before = wall_now();
  Result<std::string> const answer = co_await context.databases.superuser(
      cluster, context.target.database, "SELECT pg_postmaster_start_time(), clock_timestamp()", limit);
  WallTime const after = wall_now();
  if (!answer) co_return;
  std::vector<std::string> const fields = split(trim(*answer), '|');
  if (fields.size() != 2) co_return;
  Result<WallTime> const now = parse_time(fields[1]);
  if (!now) co_return;
  context.clock_offset(step, engine::clocks::node, "Cluster " + cluster + ": clock_timestamp()",
                       clock_offset(before, after, *now, *now));
  Result<WallTime> const started = parse_time(fields[0]);
  if (!started) co_return;
  // It starts in its own pod when the recovery is over; a restart later on moves it further.
  context.clock(step, {.mark = "promoted",
                       .order = "after",
                       .source = "Cluster " + cluster + ": pg_postmaster_start_time()",
                       .clock = engine::clocks::node,
                       .at = format_rfc3339(*started)});
}

}  // namespace pgdrill::steps
