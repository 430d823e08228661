// "instance restore": a base backup and its WAL, up to the target, in CNPG's order and words.
#include "harness/base/files.hpp"
#include "harness/sandbox/cnpg/manager_commands.hpp"
#include "harness/sandbox/cnpg/manager_sql.hpp"
#include "harness/sandbox/cnpg/object_store.hpp"
#include "harness/sandbox/cnpg/postgres_settings.hpp"
#include "harness/sandbox/cnpg/wal_archive.hpp"

namespace pgdrill::sandbox::cnpg {
namespace {

namespace fs = std::filesystem;

constexpr auto recovery_poll_interval = std::chrono::milliseconds(100);
constexpr int polls_per_log_line = 50;

Result<BackupInfo> find_backup(ServerFolder const& folder, RecoveryTarget const& target) {
  TRY(BackupInfo backup, choose_backup(folder.backups(), target));
  log_info("Target backup found", {{"backup", backup.to_log()}});
  if (fs::exists(folder.wal(backup.begin_wal))) return backup;
  return fail({.kind = ErrorKind::not_found,
               .what = "encountered an error while checking the presence of first needed WAL in the archive",
               .why = fmt::format("file not found: {}", backup.begin_wal)});
}

// CNPG keeps what an earlier try has left when it could be a database, and removes it when it cannot.
Result<> make_room(ManagerContext const& context) {
  std::error_code problem;
  if (fs::exists(context.data)) {
    bool const valid =
        run_program({context.program("pg_controldata"), "-D", context.data.string()}, "").has_value();
    if (valid) {
      fs::path const aside = context.data.string() + "_" + format_compact(wall_now());
      log_info("Existing data directory found, renaming it",
               {{"from", context.data.string()}, {"to", aside.string()}});
      fs::rename(context.data, aside, problem);
    } else {
      fs::remove_all(context.data, problem);
    }
  }
  if (!problem) fs::create_directories(context.data, problem);
  if (!problem) fs::permissions(context.data, fs::perms::owner_all, problem);
  if (problem)
    return fail({.kind = ErrorKind::io, .what = "cannot make the data directory", .why = problem.message()});
  return {};
}

Result<> restore_files(ManagerContext const& context, InstanceConfig const& config,
                       ServerFolder const& folder, BackupInfo const& backup) {
  TRY_VOID(make_room(context));
  log_info("Starting barman-cloud-restore",
           {{"options", json::array{"--endpoint-url", config.source->endpoint,
                                    config.source->destination_path, config.source->server_name,
                                    backup.backup_id, "--cloud-provider", "aws-s3", context.data.string()}}});
  TRY_VOID(run_program(
      {"tar", "-xf", (folder.backup(backup.backup_id) / "data.tar").string(), "-C", context.data.string()},
      "barman-cloud-restore"));
  log_info("Restore completed");
  return {};
}

Result<> configure(ManagerContext const& context, InstanceConfig config) {
  TRY_VOID(align_with_control_data(context, config));
  std::string const recovery =
      render_recovery_target(config.target, context.self_command("wal-restore --from-source %f %p"));
  TRY_VOID(install_configuration(context, config, recovery + std::string(unsynced_settings)));
  log_info("Generated recovery configuration", {{"configuration", recovery}});
  if (config.archive) {
    TRY_VOID(write_file_atomically(context.data / empty_archive_marker, ""));
  }
  return write_file_atomically(context.data / "recovery.signal", "");
}

Task<Result<>> wait_for_promotion(ManagerContext const& context) {
  auto const failed = [](Error const& error) {
    return fail({.kind = error.kind,
                 .what = "while waiting for PostgreSQL to stop recovery mode",
                 .why = "error while reading results of pg_is_in_recovery: " + error_text(error)});
  };
  for (int poll = 0;; ++poll) {
    auto sql = ManagerSql::connect(context);
    if (!sql) co_return failed(sql.error());
    auto const recovering = sql->run("SELECT pg_is_in_recovery()");
    if (!recovering) co_return failed(recovering.error());
    bool const over = *recovering == "f";
    if (over || poll % polls_per_log_line == 0) {
      log_info("Checking if the server is still in recovery", {{"recovery", !over}});
    }
    if (over) co_return Result<>();
    co_await sleep_for(recovery_poll_interval);
  }
}

// The backup has its own application database; only what the new Cluster names and it lacks is made.
Result<> configure_application(ManagerContext const& context, InstanceConfig const& config) {
  TRY(auto sql, ManagerSql::connect(context));
  if (!config.database.empty()) {
    std::string const owner = sql.identifier(config.owner);
    TRY(auto const role,
        sql.run("SELECT 1 FROM pg_catalog.pg_roles WHERE rolname = " + sql.literal(config.owner)));
    if (role.empty()) {
      TRY_VOID(sql.run(fmt::format("CREATE ROLE {} LOGIN", owner)));
    }
    std::string const database = sql.identifier(config.database);
    TRY(auto const there,
        sql.run("SELECT 1 FROM pg_catalog.pg_database WHERE datname = " + sql.literal(config.database)));
    TRY_VOID(sql.run(there.empty() ? fmt::format("CREATE DATABASE {} OWNER {}", database, owner)
                                   : fmt::format("ALTER DATABASE {} OWNER TO {}", database, owner)));
  }
  TRY_VOID(sql.run("CHECKPOINT"));
  return {};
}

/// A server that ended by itself. When it had got as far as replaying WAL, CNPG was waiting for its
/// promotion.
Error explain_early_end(ManagerContext const& context, Error error) {
  if (error.what != "while activating instance") return error;
  auto const control = run_program({context.program("pg_controldata"), "-D", context.data.string()}, "");
  if (!control || control->find("in archive recovery") == std::string::npos) return error;
  std::string const socket = (context.run / ".s.PGSQL.5432").string();
  error.what = "while waiting for PostgreSQL to stop recovery mode";
  error.why = fmt::format(
      "error while reading results of pg_is_in_recovery: failed to connect to `user=postgres "
      "database=postgres`: "
      "{} ({}): dial error: dial unix {}: connect: no such file or directory",
      socket, context.run.string(), socket);
  return error;
}

Task<Result<>> recover(ManagerContext const& context, InstanceConfig const& config) {
  Result<> result = co_await wait_for_promotion(context);
  if (result) result = configure_application(context, config);
  co_return result;
}

Result<> restore(ManagerContext const& context) {
  TRY(InstanceConfig const config, context.config());
  if (!config.source) return fail({.kind = ErrorKind::invalid, .what = "no source to recover from"});
  log_info("Recovering from external cluster", {{"sourceName", config.source_name}});
  TRY_VOID(check_empty_archive(context, config));
  TRY(ServerFolder const folder, ServerFolder::at(context.object_store, *config.source));
  TRY(BackupInfo const backup, find_backup(folder, config.target));
  TRY_VOID(restore_files(context, config, folder, backup));
  TRY_VOID(configure(context, config));
  log_info("Starting up instance", {{"pgdata", context.data.string()}});
  auto const recovered = with_server(context, [&context, &config] { return recover(context, config); });
  if (!recovered) return tl::make_unexpected(explain_early_end(context, recovered.error()));
  return {};
}

}  // namespace

int instance_restore(ManagerContext const& context) {
  auto const restored = restore(context);
  if (restored) return 0;
  std::string const text = error_text(restored.error());
  log_error("Error while restoring a backup", text);
  log_error("restore error", "while restoring cluster: " + text);
  return 1;
}

}  // namespace pgdrill::sandbox::cnpg
