#include "harness/sandbox/cnpg/backup_controller.hpp"

#include <algorithm>

#include "harness/base/text.hpp"
#include "harness/sandbox/cnpg/cluster_objects.hpp"
#include "harness/sandbox/cnpg/cluster_status.hpp"
#include "harness/sandbox/cnpg/instance_files.hpp"
#include "harness/sandbox/cnpg/object_store.hpp"

namespace pgdrill::sandbox::cnpg {
namespace {

constexpr auto backup_limit = std::chrono::hours(1);
// The instance waits so long for archiving to work; meanwhile the Backup is shown as running.
constexpr auto archiving_limit = std::chrono::minutes(10);
constexpr auto archiving_poll_interval = std::chrono::milliseconds(200);

void write_status(Store& store, json::value const& backup, std::function<void(json::object&)> change) {
  auto const written = store.modify(kube::backup_type, get_string(backup, "metadata.namespace"),
                                    kube::name_of(backup), true, [&change](kube::Object& object) {
                                      if (!object.contains("status")) object["status"] = json::object();
                                      change(object["status"].as_object());
                                    });
  (void)written;  // deleted meanwhile
}

void write_condition(Store& store, json::value const& cluster, bool ok, std::string_view reason,
                     std::string_view message, std::function<void(kube::Object&)> more = {}) {
  auto const written = store.modify(kube::cluster_type, get_string(cluster, "metadata.namespace"),
                                    kube::name_of(cluster), true, [&](kube::Object& object) {
                                      set_condition(object, "LastBackupSucceeded", ok, reason, message);
                                      if (more) more(object);
                                    });
  (void)written;
}

bool is_done(json::value const& backup) {
  std::string const phase = get_string(backup, "status.phase");
  return phase == "completed" || phase == "failed" || phase == "invalid backup definition";
}

/// The oldest Backup of the cluster that is not done.
std::optional<json::value> next_backup(Store const& store, std::string const& ns,
                                       std::string const& cluster) {
  std::optional<json::value> oldest;
  for (auto const& backup : store.list(kube::backup_type, ns)) {
    if (get_string(backup, "spec.cluster.name") != cluster || is_done(backup)) continue;
    bool const older = !oldest || get_string(backup, "metadata.creationTimestamp") <
                                      get_string(*oldest, "metadata.creationTimestamp");
    if (older) oldest = backup;
  }
  return oldest;
}

/// A ready replica when one is preferred and there, else the primary; empty when neither is ready.
std::string choose_pod(json::value const& cluster, json::value const& backup, Resources const& resources) {
  std::string const target =
      get_string(backup, "spec.target", get_string(cluster, "spec.backup.target", "prefer-standby"));
  std::string const primary = get_string(cluster, "status.currentPrimary");
  if (target != "primary") {
    for (auto const& pod : resources.pods) {
      if (kube::name_of(pod) != primary && pod_is_ready(pod)) return kube::name_of(pod);
    }
  }
  auto const* pod = resources.pod(primary);
  return pod != nullptr && pod_is_ready(*pod) ? primary : "";
}

void fail_backup(Store& store, json::value const& cluster, json::value const& backup,
                 std::string const& error) {
  write_status(store, backup, [&error](json::object& status) {
    status["phase"] = "failed";
    status["error"] = error;
    status["stoppedAt"] = format_rfc3339_seconds(wall_now());
    status["reconciliationTerminatedAt"] = format_rfc3339_seconds(wall_now());
  });
  store.record_event(backup, "Normal", "Failed", "Backup failed");
  write_condition(store, cluster, false, "LastBackupFailed", error, [](kube::Object& object) {
    set(object, "status.lastFailedBackup", json::value(format_rfc3339_seconds(wall_now())));
  });
}

void begin(Store& store, json::value const& cluster, json::value const& backup, json::value const& pod,
           ArchiveLocation const& location) {
  store.record_event(backup, "Normal", "Starting", "Starting backup for cluster " + kube::name_of(cluster));
  auto const* containers = find(pod, "status.containerStatuses");
  std::string const container =
      containers != nullptr && containers->is_array() && !containers->get_array().empty()
          ? get_string(containers->get_array().front(), "containerID")
          : "";
  write_status(store, backup, [&](json::object& status) {
    status["phase"] = "started";
    status["method"] = "barmanObjectStore";
    status["majorVersion"] = 15;
    status["reconciliationStartedAt"] = format_rfc3339_seconds(wall_now());
    status["instanceID"] = json::object{
        {"podName", kube::name_of(pod)}, {"ContainerID", container}, {"sessionID", kube::uid_of(pod)}};
  });
  std::string const name =
      "backup-" + format_compact(wall_now()).substr(0, 8) + format_compact(wall_now()).substr(9, 6);
  write_status(store, backup, [&](json::object& status) {
    status["phase"] = "running";
    status["backupName"] = name;
    status["destinationPath"] = location.destination_path;
    status["serverName"] = location.server_name;
    status["endpointURL"] = location.endpoint;
    if (auto const* keys = find(cluster, "spec.backup.barmanObjectStore.s3Credentials"))
      status["s3Credentials"] = *keys;
  });
  store.record_event(backup, "Normal", "Starting", "Backup started");
}

void write_recovery_window(Store const& store, kube::Object& cluster, Environment const& environment) {
  auto const location = archive_of(store, json::value(cluster));  // with the credentials of now
  if (!location) return;
  auto const folder = ServerFolder::at(environment.object_store(), *location);
  if (!folder) return;
  auto backups = folder->backups();
  std::erase_if(backups, [](auto const& backup) { return backup.status != "DONE"; });
  if (backups.empty()) return;
  std::string const first = format_rfc3339_seconds(backups.front().end_time);
  std::string const last = format_rfc3339_seconds(backups.back().end_time);
  set(cluster, "status.firstRecoverabilityPoint", json::value(first));
  set(cluster, "status.lastSuccessfulBackup", json::value(last));
  set(cluster, "status.firstRecoverabilityPointByMethod", json::object{{"barmanObjectStore", first}});
  set(cluster, "status.lastSuccessfulBackupByMethod", json::object{{"barmanObjectStore", last}});
}

Task<Result<std::string>> collect(Process& process) {
  process.in().close();
  auto output = co_await read_all(process.out());
  int const code = co_await process.wait();
  if (code != 0) co_return fail({.kind = ErrorKind::io, .what = fmt::format("exit status {}", code)});
  co_return output;
}

Task<Result<json::object>> run_in_pod(Kubelet& kubelet, std::string ns, std::string pod, std::string name) {
  auto process = kubelet.exec(ns, pod, "postgres", {"/controller/manager", "backup", "--name", name});
  if (!process) co_return tl::make_unexpected(process.error());
  auto output = co_await with_deadline(collect(**process), backup_limit, "the backup did not end");
  if (!output) co_return tl::make_unexpected(output.error());
  co_return backup_result(*output);
}

/// Waits until the Cluster's archiving does not fail. False when it still does in the end, or when the Backup
/// or the Cluster is gone.
Task<bool> archiving_works(Store& store, std::string ns, std::string cluster, std::string backup) {
  Monotonic const end = std::chrono::steady_clock::now() + archiving_limit;
  while (std::chrono::steady_clock::now() < end) {
    auto const object = store.get(kube::cluster_type, ns, cluster);
    if (!object || !store.get(kube::backup_type, ns, backup)) co_return false;
    auto const* archiving = kube::condition_of(*object, "ContinuousArchiving");
    if (archiving == nullptr || get_string(*archiving, "status") != "False") co_return true;
    co_await sleep_for(archiving_poll_interval);
  }
  co_return false;
}

Task<> take(Store& store, Kubelet& kubelet, Environment const& environment, json::value cluster,
            json::value backup, std::string pod_name) {
  std::string const ns = get_string(backup, "metadata.namespace");
  auto const location = archive_of(store, cluster);
  auto const pod = store.get(kube::pod_type, ns, pod_name);
  if (!pod) co_return;
  begin(store, cluster, backup, *pod, *location);
  bool const working = co_await archiving_works(store, ns, kube::name_of(cluster), kube::name_of(backup));
  auto const started = store.get(kube::backup_type, ns, kube::name_of(backup));
  if (!started) co_return;
  if (!working) {
    write_status(store, backup, [](json::object& status) { status["phase"] = "walArchivingFailing"; });
    co_return;
  }
  write_condition(store, cluster, false, "BackupStarted", "New Backup starting up");
  auto const taken = co_await run_in_pod(kubelet, ns, pod_name, get_string(*started, "status.backupName"));
  if (!taken) {
    fail_backup(store, cluster, backup, taken.error().why.empty() ? taken.error().what : taken.error().why);
    co_return;
  }
  write_status(store, backup, [&taken](json::object& status) {
    for (auto const& [key, value] : *taken) status[key] = value;
    status["phase"] = "completed";
    status["reconciliationTerminatedAt"] = format_rfc3339_seconds(wall_now());
  });
  store.record_event(backup, "Normal", "Completed", "Backup completed");
  write_condition(store, cluster, true, "LastBackupSucceeded", "Backup was successful",
                  [&](kube::Object& object) { write_recovery_window(store, object, environment); });
}

/// What CNPG's webhook fills in.
void set_default_method(Store& store, json::value const& backup) {
  if (find(backup, "spec.method") != nullptr) return;
  auto const written =
      store.modify(kube::backup_type, get_string(backup, "metadata.namespace"), kube::name_of(backup), false,
                   [](kube::Object& object) { set(object, "spec.method", "barmanObjectStore"); });
  (void)written;
}

}  // namespace

Result<json::object> backup_result(std::string_view output) {
  std::optional<json::object> found;
  for (auto const& line : split(output, '\n')) {
    auto const parsed = parse_json(line, "backup");
    auto const* backup = parsed ? find(*parsed, "backup") : nullptr;
    if (backup != nullptr && backup->is_object()) found = backup->get_object();
  }
  if (found) return *found;
  return fail({.kind = ErrorKind::io, .what = "the manager did not describe the backup"});
}

Task<> reconcile_backups(Store& store, Kubelet& kubelet, Environment const& environment, std::string ns,
                         std::string name) {
  while (auto const backup = next_backup(store, ns, name)) {
    auto const cluster = store.get(kube::cluster_type, ns, name);
    if (!cluster) co_return;
    set_default_method(store, *backup);
    if (!archive_of(store, *cluster)) {
      fail_backup(store, *cluster, *backup,
                  "cannot proceed with the backup as the cluster has no backup section");
      continue;
    }
    if (kube::annotation_of(*cluster, hibernation_annotation) == "on") {
      fail_backup(store, *cluster, *backup, "cannot backup a hibernated cluster");
      continue;
    }
    std::string const pod = choose_pod(*cluster, *backup, resources_of(store, *cluster));
    if (pod.empty()) {
      write_status(store, *backup, [](json::object& status) { status["phase"] = "pending"; });
      co_return;
    }
    co_await take(store, kubelet, environment, *cluster, *backup, pod);
  }
}

}  // namespace pgdrill::sandbox::cnpg
