#include "harness/cnpg/cluster_view.hpp"

#include <algorithm>
#include <tuple>

#include "harness/cnpg/wal.hpp"
#include "harness/kube/resource.hpp"

namespace pgdrill::cnpg {

namespace {

ConditionView view_condition(json::value const& object, std::string_view type) {
  auto const* const condition = kube::condition_of(object, type);
  if (condition == nullptr) return {};
  return {.known = true,
          .holds = get_string(*condition, "status") == "True",
          .reason = get_string(*condition, "reason"),
          .message = get_string(*condition, "message")};
}

bool archives_by_plugin(json::value const& cluster) {
  auto const* const plugins = find(cluster, "spec.plugins");
  if (plugins == nullptr || !plugins->is_array()) return false;
  return std::ranges::any_of(plugins->as_array(),
                             [](json::value const& plugin) { return get_bool(plugin, "isWALArchiver"); });
}

}  // namespace

ClusterView view_cluster(json::value const& cluster) {
  ClusterView view;
  view.name = kube::name_of(cluster);
  view.uid = kube::uid_of(cluster);
  view.phase = get_string(cluster, "status.phase");
  view.phase_reason = get_string(cluster, "status.phaseReason");
  view.instances_wanted = get_int(cluster, "spec.instances", 1);
  view.instances_ready = get_int(cluster, "status.readyInstances");
  view.healthy = view.phase == healthy_phase && view.instances_ready >= view.instances_wanted;
  view.primary = get_string(cluster, "status.currentPrimary");
  view.target_primary = get_string(cluster, "status.targetPrimary");
  view.timeline = get_int(cluster, "status.timelineID");
  view.system_id = get_string(cluster, "status.systemID");
  view.ready = view_condition(cluster, "Ready");
  view.archiving = view_condition(cluster, "ContinuousArchiving");
  view.last_backup = view_condition(cluster, "LastBackupSucceeded");
  view.backup_configured =
      find(cluster, "spec.backup.barmanObjectStore") != nullptr || archives_by_plugin(cluster);
  return view;
}

BackupView view_backup(json::value const& backup) {
  BackupView view;
  view.name = kube::name_of(backup);
  view.cluster = get_string(backup, "spec.cluster.name");
  view.phase = get_string(backup, "status.phase");
  view.error = get_string(backup, "status.error");
  view.backup_id = get_string(backup, "status.backupId");
  view.backup_name = get_string(backup, "status.backupName");
  view.begin_wal = get_string(backup, "status.beginWal");
  view.end_wal = get_string(backup, "status.endWal");
  view.begin_lsn = get_string(backup, "status.beginLSN");
  view.end_lsn = get_string(backup, "status.endLSN");
  view.started_at = get_string(backup, "status.startedAt");
  view.stopped_at = get_string(backup, "status.stoppedAt");
  view.completed = view.phase == "completed";
  view.blocks_others = view.phase == "walArchivingFailing" || view.phase == "invalid backup definition";
  return view;
}

bool usable(BackupView const& backup, std::string_view last_archived) {
  return backup.completed && !backup.end_wal.empty() && archived(backup.end_wal, last_archived);
}

std::vector<BackupView> backups_of(std::string_view cluster, std::vector<json::value> const& objects) {
  std::vector<BackupView> result;
  for (auto const& object : objects) {
    auto view = view_backup(object);
    if (view.cluster == cluster) result.push_back(std::move(view));
  }
  std::ranges::sort(result, {}, [](BackupView const& view) {
    return std::tuple(view.stopped_at.empty(), view.stopped_at, view.name);
  });
  return result;
}

}  // namespace pgdrill::cnpg
