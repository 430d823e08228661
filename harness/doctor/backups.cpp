// There is a backup that can be restored, and none that keeps later ones pending.
#include "harness/cnpg/cluster_view.hpp"
#include "harness/cnpg/wal.hpp"
#include "harness/doctor/target_objects.hpp"

namespace pgdrill::doctor {

namespace {

Finding examine_newest(std::string const& name, cnpg::BackupView const& newest,
                       Result<std::string> const& archived) {
  std::string const what = "Backup " + newest.name + " of " + newest.stopped_at;
  if (!archived) return {.status = Status::unknown, .what = what, .why = archived.error().why};
  if (cnpg::usable(newest, *archived)) return {.what = what + " can be restored: its last WAL is archived"};
  auto const end = cnpg::parse_wal(newest.end_wal);
  auto const reached = cnpg::parse_wal(*archived);
  if (end && reached && end->timeline < reached->timeline) {
    return {.status = Status::unknown,
            .what = what + " may be restorable: it was taken before a promotion",
            .why = "it ends in " + newest.end_wal + ", and the present server archives timeline " +
                   std::to_string(reached->timeline) + " only",
            .todo = "step status-check fetches its WAL from the object store, or takes a new backup"};
  }
  return {
      .status = Status::warning,
      .what = what + " cannot be restored yet",
      .why = "it ends in " + newest.end_wal + ", archived is " + (archived->empty() ? "nothing" : *archived),
      .todo = "wait for archive_timeout, or SELECT pg_switch_wal() in " + name};
}

Task<Findings> examine(Patient& patient) {
  std::string const ns = patient.target.ns;
  Result<kube::ObjectList> const listed = co_await patient.kube->list(kube::backup_type, ns);
  if (!listed) co_return Findings{finding_of(listed.error())};
  std::vector<cnpg::BackupView> const backups = cnpg::backups_of(patient.target.cluster, listed->items);
  Findings all;
  cnpg::BackupView const* newest = nullptr;
  for (cnpg::BackupView const& backup : backups) {
    if (backup.completed) newest = &backup;
    if (!backup.blocks_others) continue;
    all.push_back({.status = Status::missing,
                   .what = "Backup " + ns + "/" + backup.name + " keeps all later ones pending",
                   .why = "it is left in phase '" + backup.phase + "'",
                   .todo = "kubectl delete backup " + backup.name + " -n " + ns});
  }
  if (newest == nullptr) {
    all.push_back({.status = Status::warning,
                   .what = "Cluster " + ns + "/" + patient.target.cluster + " has no completed backup",
                   .why = std::to_string(backups.size()) + " Backup object(s), none completed",
                   .todo = "step status-check takes one; a ScheduledBackup keeps one at hand"});
    co_return all;
  }
  Result<std::string> const archived =
      co_await ask(patient, "SELECT coalesce(last_archived_wal, '') FROM pg_stat_archiver");
  all.push_back(examine_newest(patient.target.cluster, *newest, archived));
  co_return all;
}

RegisterCheck const registered(order::backups, "backups", &examine);

}  // namespace

}  // namespace pgdrill::doctor
