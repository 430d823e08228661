// "instance init" and "instance join".
#include "harness/base/files.hpp"
#include "harness/base/text.hpp"
#include "harness/sandbox/cnpg/manager_commands.hpp"
#include "harness/sandbox/cnpg/manager_sql.hpp"
#include "harness/sandbox/cnpg/postgres_settings.hpp"
#include "harness/sandbox/cnpg/wal_archive.hpp"

namespace pgdrill::sandbox::cnpg {
namespace {

namespace fs = std::filesystem;

Result<> run_all(ManagerSql& sql, std::vector<std::string> const& statements) {
  for (auto const& statement : statements) {
    TRY_VOID(sql.run(statement));
  }
  return {};
}

/// What pg_rewind needs of a role that is no superuser:
/// https://www.postgresql.org/docs/15/app-pgrewind.html#id-1.9.5.14.8
std::vector<std::string> const& replication_role() {
  static std::vector<std::string> const statements{
      "CREATE ROLE streaming_replica WITH REPLICATION LOGIN",
      "GRANT EXECUTE ON FUNCTION pg_catalog.pg_ls_dir(text, boolean, boolean) TO streaming_replica",
      "GRANT EXECUTE ON FUNCTION pg_catalog.pg_stat_file(text, boolean) TO streaming_replica",
      "GRANT EXECUTE ON FUNCTION pg_catalog.pg_read_binary_file(text) TO streaming_replica",
      "GRANT EXECUTE ON FUNCTION pg_catalog.pg_read_binary_file(text, bigint, bigint, boolean) TO "
      "streaming_replica"};
  return statements;
}

Result<> set_up(ManagerContext const& context, InstanceConfig const& config) {
  TRY(auto sql, ManagerSql::connect(context));
  TRY_VOID(run_all(sql, replication_role()));
  TRY_VOID(run_all(sql, config.post_init_sql));
  if (config.database.empty()) return {};
  std::string const owner = sql.identifier(config.owner);
  TRY_VOID(sql.run(fmt::format("CREATE ROLE {} LOGIN", owner)));
  TRY_VOID(sql.run(fmt::format("CREATE DATABASE {} OWNER {}", sql.identifier(config.database), owner)));
  if (config.post_init_application_sql.empty()) return {};
  TRY(auto application, ManagerSql::connect(context, config.database));
  return run_all(application, config.post_init_application_sql);
}

Task<Result<>> set_up_task(ManagerContext const& context, InstanceConfig const& config) {
  co_return set_up(context, config);
}

Result<> initialise(ManagerContext const& context) {
  TRY(InstanceConfig const config, context.config());
  TRY_VOID(check_empty_archive(context, config));
  std::error_code problem;
  fs::remove_all(context.data, problem);
  log_info("Creating new data directory", {{"pgdata", context.data.string()}});
  std::vector<std::string> command{context.program("initdb"), "--username", "postgres", "-D",
                                   context.data.string(),     "--no-sync",  "-A",       "scram-sha-256",
                                   "--auth-local=trust"};
  for (auto const& flag : split(config.initdb_flags, ' ')) {
    if (!flag.empty()) command.push_back(flag);
  }
  // initdb refuses scram without a superuser's password unless local access is trusted; pg_hba.conf is ours
  // anyway.
  TRY_VOID(run_program(std::move(command), "initdb"));
  TRY_VOID(install_configuration(context, config, std::string(unsynced_settings)));
  if (config.archive) {
    TRY_VOID(write_file_atomically(context.data / empty_archive_marker, ""));
  }
  return with_server(context, [&context, &config] { return set_up_task(context, config); });
}

int ended(Result<> const& result, std::string_view message) {
  if (result) return 0;
  log_error(message, error_text(result.error()));
  if (!result.error().todo.empty()) log_info(result.error().todo);
  return 1;
}

}  // namespace

Result<> clone_primary(ManagerContext const& context, InstanceConfig const& config) {
  std::error_code problem;
  fs::remove_all(context.data, problem);
  TRY_VOID(run_program({context.program("pg_basebackup"), "-D", context.data.string(), "--no-sync", "-X",
                        "stream", "--checkpoint=fast", "-d", primary_conninfo(context, config, "postgres")},
                       "pg_basebackup"));
  fs::remove(context.data / empty_archive_marker, problem);
  TRY_VOID(install_configuration(context, config, ""));
  return install_replica_configuration(context, config);
}

int instance_init(ManagerContext const& context) {
  return ended(initialise(context), "Error while bootstrapping data directory");
}

int instance_join(ManagerContext const& context) {
  auto const config = context.config();
  if (!config) return ended(tl::make_unexpected(config.error()), "Error joining node");
  return ended(clone_primary(context, *config), "Error joining node");
}

}  // namespace pgdrill::sandbox::cnpg
