// PostgreSQL's configuration files as CNPG writes them.
#pragma once
#include <map>
#include <string>

#include "harness/sandbox/cnpg/manager_context.hpp"

namespace pgdrill::sandbox::cnpg {

/// The parameters in force: CNPG's fixed and default ones with the Cluster's own over them, and what the
/// sandbox needs (address, socket directory, small shared memory).
[[nodiscard]] std::map<std::string, std::string> settings_for(ManagerContext const& context,
                                                              InstanceConfig const& config);

/// custom.conf: "name = 'value'" lines, sorted.
[[nodiscard]] std::string render_settings(std::map<std::string, std::string> const& settings);

/// recovery_target_* and restore_command, as CNPG renders them. A time in the form "...T...Z" gets the zone
/// that PostgreSQL reads; any other text is passed unchanged, as CNPG does.
[[nodiscard]] std::string render_recovery_target(RecoveryTarget const& target,
                                                 std::string const& restore_command);

/// primary_conninfo of a replica: TLS with the replication certificate through the -rw service.
[[nodiscard]] std::string primary_conninfo(ManagerContext const& context, InstanceConfig const& config,
                                           std::string const& database);

/// Writes custom.conf, pg_hba.conf and pg_ident.conf, and makes postgresql.conf include the first. `extra` is
/// added to custom.conf.
[[nodiscard]] Result<> install_configuration(ManagerContext const& context, InstanceConfig const& config,
                                             std::string const& extra);

/// For the servers of jobs, and for a replica until it answers: what such a server holds can be made again,
/// and before a recovery PostgreSQL would fsync every file of the data directory.
inline constexpr std::string_view unsynced_settings = "fsync = off\n";

/// Makes PGDATA start as a replica: standby.signal, primary_conninfo and restore_command in override.conf.
[[nodiscard]] Result<> install_replica_configuration(ManagerContext const& context,
                                                     InstanceConfig const& config);
/// The five settings that a standby may not have lower than its primary, raised to what pg_controldata says
/// of PGDATA (https://www.postgresql.org/docs/15/hot-standby.html#HOT-STANDBY-ADMIN).
[[nodiscard]] Result<> align_with_control_data(ManagerContext const& context, InstanceConfig& config);

}  // namespace pgdrill::sandbox::cnpg
