// "backup": a base backup by PostgreSQL's low-level API
// (https://www.postgresql.org/docs/15/continuous-archiving.html#BACKUP-LOWLEVEL-BASE-BACKUP), laid out as
// barman does.
#include <charconv>
#include <regex>

#include "harness/base/files.hpp"
#include "harness/sandbox/cnpg/manager_commands.hpp"
#include "harness/sandbox/cnpg/manager_sql.hpp"
#include "harness/sandbox/cnpg/object_store.hpp"
#include "harness/sandbox/cnpg/wal_archive.hpp"

namespace pgdrill::sandbox::cnpg {
namespace {

namespace fs = std::filesystem;

constexpr std::uint64_t segment_size = 16U << 20U;

/// Name of the segment that holds the byte before an end LSN.
std::string end_segment(std::int64_t timeline, std::uint64_t lsn) {
  std::uint64_t const segment = (lsn - 1) / segment_size;
  std::uint64_t const per_id = (std::uint64_t{1} << 32U) / segment_size;
  return fmt::format("{:08X}{:08X}{:08X}", timeline, segment / per_id, segment % per_id);
}

std::string id_of(WallTime time) {
  std::string compact = format_compact(time);
  return compact.substr(0, compact.size() - 1);  // barman's ids have no Z
}

/// A fresh folder; two backups within one second get ids a second apart.
Result<BackupInfo> open_folder(ServerFolder const& folder, std::string const& name) {
  BackupInfo info;
  info.backup_name = name;
  info.status = "STARTED";
  info.begin_time = wall_now();
  WallTime time = info.begin_time;
  std::error_code problem;
  for (fs::create_directories(folder.base(), problem); !problem; time += std::chrono::seconds(1)) {
    info.backup_id = id_of(time);
    if (fs::create_directory(folder.backup(info.backup_id), problem)) return info;
  }
  return fail({.kind = ErrorKind::io, .what = "cannot make the backup's folder", .why = problem.message()});
}

Result<> write_info(ServerFolder const& folder, BackupInfo const& info) {
  return write_file_atomically(folder.backup(info.backup_id) / "backup.info", info.to_text());
}

Result<> archive_files(ManagerContext const& context, fs::path const& tar) {
  std::vector<std::string> command{"tar",
                                   "--create",
                                   "--file",
                                   tar.string(),
                                   "--directory",
                                   context.data.string(),
                                   "--anchored",
                                   "--warning=no-file-changed",
                                   "--warning=no-file-removed"};
  // The list of the documentation, section "Backing Up The Data Directory", and what makes a standby.
  for (auto const* name : {"./pg_wal/*", "./pg_replslot/*", "./pg_dynshmem/*", "./pg_notify/*",
                           "./pg_serial/*", "./pg_snapshots/*", "./pg_stat_tmp/*", "./pg_subtrans/*",
                           "./postmaster.pid", "./postmaster.opts", "./standby.signal", "./override.conf",
                           "./backup_label", "./.check-empty-wal-archive", "./base/pgsql_tmp*"}) {
    command.push_back(std::string("--exclude=") + name);
  }
  command.emplace_back(".");
  auto const made = run_program(std::move(command), "");
  // Exit status 1: a file changed while it was read, which the WAL mends.
  if (!made && made.error().why != "exit status 1") return tl::make_unexpected(made.error());
  return {};
}

Result<> add_label(ManagerContext const& context, fs::path const& tar, std::string const& label) {
  fs::path const directory = context.control("label-" + tar.parent_path().filename().string());
  std::error_code problem;
  fs::create_directories(directory, problem);
  TRY_VOID(write_file_atomically(directory / "backup_label", label));
  auto const added = run_program(
      {"tar", "--append", "--file", tar.string(), "--directory", directory.string(), "./backup_label"}, "");
  fs::remove_all(directory, problem);
  if (!added) return tl::make_unexpected(added.error());
  return {};
}

Result<> read_label(BackupInfo& info) {
  std::smatch found;
  static std::regex const start("START WAL LOCATION: ([0-9A-F/]+) \\(file ([0-9A-F]{24})\\)");
  static std::regex const timeline("START TIMELINE: ([0-9]+)");
  bool const whole = std::regex_search(info.backup_label, found, start);
  if (!whole) return fail({.kind = ErrorKind::internal, .what = "the backup label has no start location"});
  info.begin_lsn = found[1];
  info.begin_wal = found[2];
  if (std::regex_search(info.backup_label, found, timeline)) info.timeline = std::stoll(found[1]);
  return {};
}

Result<> take(ManagerContext const& context, ServerFolder const& folder, BackupInfo& info) {
  TRY(auto sql, ManagerSql::connect(context));
  TRY(info.system_id, sql.run("SELECT system_identifier FROM pg_control_system()"));
  TRY(info.server_version, sql.run("SHOW server_version_num"));
  info.pgdata = context.data.string();
  std::string const label = "Barman backup cloud " + info.backup_id;
  TRY_VOID(sql.run(fmt::format("SELECT pg_backup_start({}, true)", sql.literal(label))));
  fs::path const tar = folder.backup(info.backup_id) / "data.tar";
  TRY_VOID(archive_files(context, tar));
  TRY(auto const stopped, sql.row("SELECT lsn, labelfile FROM pg_backup_stop(false)"));
  info.end_lsn = stopped.at(0);
  info.backup_label = stopped.at(1);
  TRY_VOID(add_label(context, tar, info.backup_label));
  TRY_VOID(read_label(info));
  TRY(std::uint64_t const end, parse_lsn(info.end_lsn));
  info.end_wal = end_segment(info.timeline, end);
  std::error_code ignored;
  info.size = fs::file_size(tar, ignored);
  info.end_time = wall_now();
  info.status = "DONE";
  return write_info(folder, info);
}

json::object to_status(BackupInfo const& info) {
  return {{"backupId", info.backup_id},
          {"backupName", info.backup_name},
          {"beginWal", info.begin_wal},
          {"endWal", info.end_wal},
          {"beginLSN", info.begin_lsn},
          {"endLSN", info.end_lsn},
          {"startedAt", format_rfc3339_seconds(info.begin_time)},
          {"stoppedAt", format_rfc3339_seconds(info.end_time)}};
}

Result<BackupInfo> run_backup(ManagerContext const& context, std::string const& name) {
  TRY(InstanceConfig const config, context.config());
  if (!config.archive)
    return fail({.kind = ErrorKind::invalid,
                 .what = "cannot proceed with the backup as the cluster has no backup section"});
  TRY(ServerFolder const folder, ServerFolder::at(context.object_store, *config.archive));
  TRY(BackupInfo info, open_folder(folder, name));
  TRY_VOID(write_info(folder, info));
  auto const taken = take(context, folder, info);
  if (taken) return info;
  info.status = "FAILED";
  info.error = error_text(taken.error());
  TRY_VOID(write_info(folder, info));
  return tl::make_unexpected(taken.error());
}

}  // namespace

int backup(ManagerContext const& context, std::string const& name) {
  log_line("info", "barman-cloud-backup", "Starting barman-cloud-backup", {{"backupName", name}});
  auto const taken = run_backup(context, name);
  if (!taken) {
    log_error("Backup failed", error_text(taken.error()));
    return 4;
  }
  log_line("info", "barman-cloud-backup", "Backup completed", {{"backup", to_status(*taken)}});
  return 0;
}

}  // namespace pgdrill::sandbox::cnpg
