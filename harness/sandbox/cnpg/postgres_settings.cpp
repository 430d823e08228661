#include "harness/sandbox/cnpg/postgres_settings.hpp"

#include <pwd.h>
#include <unistd.h>

#include <cstdlib>
#include <set>

#include "harness/base/files.hpp"
#include "harness/base/text.hpp"

namespace pgdrill::sandbox::cnpg {
namespace {

constexpr std::size_t longest_socket_directory =
    90;  // sun_path has 108 bytes, ".s.PGSQL.5432.lock" is in it too

std::string setting_literal(std::string_view value) {
  std::string text = "'";
  for (char const c : value) {
    if (c == '\'' || c == '\\') text += c;
    text += c;
  }
  return text + "'";
}

// The log goes through named pipes that the manager reads, as in CNPG. jsonlog in place of csvlog: the same
// fields. Dynamic shared memory lies in the data directory, since no pod has a /dev/shm of its own here that
// would take with it what a killed server leaves.
std::map<std::string, std::string> fixed_settings(ManagerContext const& context) {
  return {{"archive_mode", "on"},
          {"dynamic_shared_memory_type", "mmap"},
          {"hot_standby", "on"},
          {"listen_addresses", context.pod_ip},
          {"log_destination", "jsonlog"},
          {"log_directory", context.control("log").string()},
          {"log_filename", "postgres"},
          {"log_rotation_age", "0"},
          {"log_rotation_size", "0"},
          {"log_truncate_on_rotation", "off"},
          {"logging_collector", "on"},
          {"port", "5432"},
          {"ssl", "on"},
          {"ssl_ca_file", context.control("client-ca.crt").string()},
          {"ssl_cert_file", context.control("server.crt").string()},
          {"ssl_key_file", context.control("server.key").string()},
          {"unix_socket_permissions", "0777"}};
}

std::map<std::string, std::string> default_settings() {
  return {
      {"archive_timeout", "5min"},
      {"dynamic_shared_memory_type", "posix"},
      {"full_page_writes", "on"},
      {"max_parallel_workers", "32"},
      {"max_replication_slots", "32"},
      {"max_worker_processes", "32"},
      {"shared_buffers", "16MB"},  // several servers share one machine here; CNPG leaves PostgreSQL's 128MB
      {"shared_memory_type", "mmap"},
      {"ssl_max_protocol_version", "TLSv1.3"},
      {"ssl_min_protocol_version", "TLSv1.3"},
      {"wal_init_zero", "off"},  // a fresh segment is not written twice; saves 16 MB per switch
      {"wal_keep_size", "512MB"},
      {"wal_level", "logical"},
      {"wal_log_hints", "on"},
      {"wal_receiver_timeout", "5s"},
      {"wal_sender_timeout", "5s"}};
}

// Containers see PGHOST, probes and the operator the pod's run directory: the server listens in both.
std::string socket_directories(ManagerContext const& context) {
  std::string directories = context.run.string();
  char const* const host = std::getenv("PGHOST");
  if (host == nullptr || host[0] != '/' || directories == host) return directories;
  std::error_code problem;
  std::filesystem::create_directories(host, problem);
  if (problem || std::string_view(host).size() > longest_socket_directory) return directories;
  return directories + "," + host;
}

std::string hba_text(InstanceConfig const& config) {
  std::string text =
      "# Grant local access\n"
      "local all all peer map=local\n\n"
      "# Require client certificate authentication for the streaming_replica user\n"
      "hostssl postgres streaming_replica all cert map=cnpg_streaming_replica\n"
      "hostssl replication streaming_replica all cert map=cnpg_streaming_replica\n\n"
      "# USER-DEFINED RULES\n";
  for (auto const& rule : config.pg_hba) text += rule + "\n";
  return text + "\n# DEFAULT RULES\nhost all all all scram-sha-256\n";
}

// Root is the sandbox itself, the other user whoever the pods run as.
std::string ident_text() {
  std::set<std::string> users{"postgres", "root"};
  if (passwd const* const entry = ::getpwuid(::geteuid()); entry != nullptr) users.insert(entry->pw_name);
  std::string text = "# Grant local access\n";
  for (auto const& user : users) text += fmt::format("local {} postgres\n", user);
  return text +
         "\n# Grant streaming_replica access\ncnpg_streaming_replica streaming_replica streaming_replica\n";
}

Result<> include_once(std::filesystem::path const& data) {
  auto const file = data / "postgresql.conf";
  TRY(std::string text, read_file(file));
  for (std::string const name : {"custom.conf", "override.conf"}) {
    std::string const line = fmt::format("include_if_exists '{}'\n", name);
    if (text.find(line) == std::string::npos) text += line;
  }
  return write_file_atomically(file, text);
}

std::string time_for_postgres(std::string const& time) {
  bool const rfc3339 = time.size() > 10 && time[10] == 'T' && time.ends_with('Z');
  return rfc3339 ? time.substr(0, time.size() - 1) + "+00:00" : time;
}

}  // namespace

std::map<std::string, std::string> settings_for(ManagerContext const& context, InstanceConfig const& config) {
  auto settings = default_settings();
  for (auto const& [name, value] : config.parameters) settings[name] = value;
  for (auto const& [name, value] : fixed_settings(context)) settings[name] = value;
  settings["archive_command"] = context.self_command("wal-archive %p");
  settings["cluster_name"] = config.cluster;
  settings["unix_socket_directories"] = socket_directories(context);
  return settings;
}

std::string render_settings(std::map<std::string, std::string> const& settings) {
  std::string text;
  for (auto const& [name, value] : settings) text += fmt::format("{} = {}\n", name, setting_literal(value));
  return text;
}

std::string render_recovery_target(RecoveryTarget const& target, std::string const& restore_command) {
  std::string text = fmt::format("recovery_target_action = promote\nrestore_command = {}\n",
                                 setting_literal(restore_command));
  auto const add = [&text](std::string_view name, std::string const& value) {
    if (!value.empty()) text += fmt::format("{} = {}\n", name, setting_literal(value));
  };
  add("recovery_target_timeline", target.timeline);
  add("recovery_target_xid", target.xid);
  add("recovery_target_name", target.name);
  add("recovery_target_lsn", target.lsn);
  add("recovery_target_time", time_for_postgres(target.time));
  if (target.immediate) add("recovery_target", "immediate");
  return text + fmt::format("recovery_target_inclusive = {}\n", target.exclusive ? "false" : "true");
}

std::string primary_conninfo(ManagerContext const& context, InstanceConfig const& config,
                             std::string const& database) {
  return fmt::format(
      "host={}-rw hostaddr={} user=streaming_replica port=5432 sslkey={} sslcert={} sslrootcert={} "
      "application_name={} sslmode=verify-ca dbname={}",
      config.cluster, config.rw_address, context.control("streaming_replica.key").string(),
      context.control("streaming_replica.crt").string(), context.control("server-ca.crt").string(),
      config.instance, database);
}

Result<> install_configuration(ManagerContext const& context, InstanceConfig const& config,
                               std::string const& extra) {
  std::map<std::string, std::string> const files{
      {"custom.conf", render_settings(settings_for(context, config)) + extra},
      {"pg_hba.conf", hba_text(config)},
      {"pg_ident.conf", ident_text()}};
  for (auto const& [name, content] : files) {
    TRY_VOID(write_file_atomically(context.data / name, content));
    log_info("Installed configuration file", {{"pgdata", context.data.string()}, {"filename", name}});
  }
  // PostgreSQL logs a line for each included file that is missing.
  if (!std::filesystem::exists(context.data / "override.conf")) {
    TRY_VOID(write_file_atomically(context.data / "override.conf", ""));
  }
  return include_once(context.data);
}

Result<> install_replica_configuration(ManagerContext const& context, InstanceConfig const& config) {
  std::string const text =
      fmt::format("primary_conninfo = {}\nrestore_command = {}\nrecovery_target_timeline = 'latest'\n",
                  setting_literal(primary_conninfo(context, config, "postgres")),
                  setting_literal(context.self_command("wal-restore %f %p")));
  TRY_VOID(write_file_atomically(context.data / "override.conf", text));
  return write_file_atomically(context.data / "standby.signal", "");
}

Result<> align_with_control_data(ManagerContext const& context, InstanceConfig& config) {
  TRY(std::string const control,
      run_program({context.program("pg_controldata"), "-D", context.data.string()}, ""));
  for (std::string const name : {"max_connections", "max_worker_processes", "max_wal_senders",
                                 "max_prepared_xacts", "max_locks_per_xact"}) {
    std::string const key = name + " setting:";
    auto const at = control.find(key);
    if (at == std::string::npos) continue;
    std::string const value(
        trim(std::string_view(control).substr(at + key.size(), control.find('\n', at) - at - key.size())));
    std::string const setting = name == "max_prepared_xacts"   ? "max_prepared_transactions"
                                : name == "max_locks_per_xact" ? "max_locks_per_transaction"
                                                               : name;
    auto& current = config.parameters[setting];
    if (current.empty() || std::atoi(current.c_str()) < std::atoi(value.c_str())) current = value;
  }
  return {};
}

}  // namespace pgdrill::sandbox::cnpg
