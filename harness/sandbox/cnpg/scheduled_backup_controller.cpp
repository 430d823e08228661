// ScheduledBackups: a six-field schedule, seconds first, in UTC.
#include "harness/sandbox/cnpg/backup_controller.hpp"
#include "harness/sandbox/cnpg/cluster_objects.hpp"
#include "harness/sandbox/kubelet/cron.hpp"

namespace pgdrill::sandbox::cnpg {
namespace {

void create_backup(Store& store, json::value const& scheduled, WallTime time, bool immediate) {
  std::string const compact = format_compact(time);
  std::string const name =
      fmt::format("{}-{}{}", kube::name_of(scheduled), compact.substr(0, 8), compact.substr(9, 6));
  json::object spec{{"cluster", *find(scheduled, "spec.cluster")}};
  for (std::string const key : {"method", "target", "online", "onlineConfiguration", "pluginConfiguration"}) {
    if (auto const* value = find(scheduled, "spec." + key)) spec[key] = *value;
  }
  json::object metadata{{"name", name},
                        {"namespace", get_string(scheduled, "metadata.namespace")},
                        {"labels", json::object{{cluster_label, get_string(scheduled, "spec.cluster.name")},
                                                {"cnpg.io/scheduled-backup", kube::name_of(scheduled)},
                                                {"cnpg.io/immediateBackup", immediate ? "true" : "false"}}}};
  if (get_string(scheduled, "spec.backupOwnerReference") == "self") {
    metadata["ownerReferences"] =
        json::array{json::object{{"apiVersion", kube::scheduled_backup_type.api_version()},
                                 {"kind", "ScheduledBackup"},
                                 {"name", kube::name_of(scheduled)},
                                 {"uid", kube::uid_of(scheduled)},
                                 {"controller", true}}};
  }
  // AlreadyExists: made by an earlier look within the same second.
  (void)store.create(kube::backup_type, {{"apiVersion", kube::backup_type.api_version()},
                                         {"kind", "Backup"},
                                         {"metadata", std::move(metadata)},
                                         {"spec", std::move(spec)}});
}

void write_times(Store& store, json::value const& scheduled, WallTime now, std::optional<WallTime> last,
                 std::optional<WallTime> next) {
  auto const written =
      store.modify(kube::scheduled_backup_type, get_string(scheduled, "metadata.namespace"),
                   kube::name_of(scheduled), true, [&](kube::Object& object) {
                     set(object, "status.lastCheckTime", json::value(format_rfc3339_seconds(now)));
                     if (last)
                       set(object, "status.lastScheduleTime", json::value(format_rfc3339_seconds(*last)));
                     if (next)
                       set(object, "status.nextScheduleTime", json::value(format_rfc3339_seconds(*next)));
                   });
  (void)written;
}

void reconcile_one(Store& store, json::value const& scheduled, WallTime now) {
  if (get_bool(scheduled, "spec.suspend")) return;
  auto const schedule = CronSchedule::parse(get_string(scheduled, "spec.schedule"), true);
  if (!schedule) {
    store.record_event(scheduled, "Warning", "InvalidSchedule", describe(schedule.error()));
    return;
  }
  auto const next = parse_time(get_string(scheduled, "status.nextScheduleTime"));
  if (!next) {
    // The first look: nothing is due yet but what is asked for at once.
    bool const immediate = get_bool(scheduled, "spec.immediate");
    if (immediate) create_backup(store, scheduled, now, true);
    write_times(store, scheduled, now, immediate ? std::optional(now) : std::nullopt,
                schedule->next_after(now));
    return;
  }
  if (now < *next) return;
  create_backup(store, scheduled, *next, false);
  store.record_event(scheduled, "Normal", "BackupSchedule",
                     "Scheduled backup for " + format_rfc3339_seconds(*next));
  write_times(store, scheduled, now, *next, schedule->next_after(now));
}

}  // namespace

void reconcile_scheduled_backups(Store& store, std::string const& ns, WallTime now) {
  for (auto const& scheduled : store.list(kube::scheduled_backup_type, ns))
    reconcile_one(store, scheduled, now);
}

}  // namespace pgdrill::sandbox::cnpg
