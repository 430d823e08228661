// Which columns each kind has. For custom kinds these are the additionalPrinterColumns of their definitions
// (cloudnative-pg 1.28: config/crd/bases; Flux: config/crd/bases of its controllers).
#include "harness/sandbox/api/table_cells.hpp"

namespace pgdrill::sandbox {
namespace {

using json::value;

template <std::size_t N>
struct Path {
  char text[N]{};
  constexpr Path(char const (&from)[N]) {
    for (std::size_t index = 0; index < N; ++index) text[index] = from[index];
  }
};

// The plain value at a path, as additionalPrinterColumns give it: null when missing.
template <Path P>
value at(value const& object, WallTime) {
  auto const* found = find(object, P.text);
  return found != nullptr ? *found : value();
}

template <Path P>
value since(value const& object, WallTime now) {
  if (find(object, P.text) == nullptr) return value();
  return value(age_at(object, P.text, now));
}

template <Path P, Path Field>
value condition(value const& object, WallTime) {
  auto const* found = kube::condition_of(object, P.text);
  return found != nullptr ? value(get_string(*found, Field.text)) : value();
}

Column const name{.name = "Name", .cell = &at<"metadata.name">};
Column const age{.name = "Age", .cell = &cell_age};

std::vector<Column> core_columns(kube::ResourceType const& type) {
  if (type == kube::pod_type) return pod_columns();
  if (type == kube::service_type) return service_columns();
  if (type == kube::namespace_type) return {name, {.name = "Status", .cell = &at<"status.phase">}, age};
  if (type == kube::secret_type) {
    return {name, {.name = "Type", .cell = &at<"type">}, {.name = "Data", .cell = &cell_data_count}, age};
  }
  if (type == kube::config_map_type) return {name, {.name = "Data", .cell = &cell_data_count}, age};
  if (type == kube::service_account_type) {
    return {name, {.name = "Secrets", .cell = [](value const&, WallTime) { return value(0); }}, age};
  }
  if (type == kube::event_type) return event_columns();
  if (type == kube::volume_claim_type) return claim_columns();
  if (type == kube::lease_type) return {name, {.name = "Holder", .cell = &at<"spec.holderIdentity">}, age};
  return {name, age};
}

std::vector<Column> flux_columns(kube::ResourceType const& type) {
  std::vector<Column> columns{name};
  if (type == kube::git_repository_type) columns.push_back({.name = "URL", .cell = &at<"spec.url">});
  columns.push_back(age);
  columns.push_back({.name = "Ready", .cell = &condition<"Ready", "status">});
  columns.push_back({.name = "Status", .cell = &condition<"Ready", "message">});
  return columns;
}

}  // namespace

std::vector<Column> columns_of(kube::ResourceType const& type) {
  Column const custom_age{.name = "Age", .type = "date", .cell = &cell_age};
  if (type == kube::cluster_type) {
    return {name,
            custom_age,
            {.name = "Instances", .type = "integer", .cell = &at<"status.instances">},
            {.name = "Ready", .type = "integer", .cell = &at<"status.readyInstances">},
            {.name = "Status", .cell = &at<"status.phase">},
            {.name = "Primary", .cell = &at<"status.currentPrimary">}};
  }
  if (type == kube::backup_type) {
    return {name,
            custom_age,
            {.name = "Cluster", .cell = &at<"spec.cluster.name">},
            {.name = "Method", .cell = &at<"spec.method">},
            {.name = "Phase", .cell = &at<"status.phase">},
            {.name = "Error", .cell = &at<"status.error">}};
  }
  if (type == kube::scheduled_backup_type) {
    return {name,
            custom_age,
            {.name = "Cluster", .cell = &at<"spec.cluster.name">},
            {.name = "Last Backup", .type = "date", .cell = &since<"status.lastScheduleTime">}};
  }
  if (type == kube::git_repository_type || type == kube::kustomization_type) return flux_columns(type);
  if (type == kube::job_type) return job_columns();
  if (type == kube::cron_job_type) {
    return {name,
            {.name = "Schedule", .cell = &at<"spec.schedule">},
            {.name = "Timezone", .cell = &cell_time_zone},
            {.name = "Suspend", .cell = &cell_suspend},
            {.name = "Active", .cell = &cell_active},
            {.name = "Last Schedule", .cell = &cell_last_schedule},
            age};
  }
  return core_columns(type);
}

}  // namespace pgdrill::sandbox
