// What the operator writes into an instance's volume: the manager's configuration, the roles, certificates.
#pragma once
#include "harness/sandbox/api/environment.hpp"
#include "harness/sandbox/api/store.hpp"
#include "harness/sandbox/cnpg/instance_config.hpp"

namespace pgdrill::sandbox::cnpg {

/// Destination of the Cluster's own backups and WAL, if it has one: spec.backup.barmanObjectStore.
[[nodiscard]] std::optional<ArchiveLocation> archive_of(Store const& store, json::value const& cluster);

/// The configuration of one instance. Error kind invalid when bootstrap.recovery names a source or a Backup
/// that is not there.
[[nodiscard]] Result<InstanceConfig> config_of(Store const& store, json::value const& cluster,
                                               std::string const& instance);

/// By status and the annotation cnpg.io/fencedInstances.
[[nodiscard]] ClusterState state_of(json::value const& cluster, std::string const& instance);

/// Writes what differs from the files that are there.
[[nodiscard]] Result<> write_instance_files(Store const& store, Environment const& environment,
                                            json::value const& cluster, std::string const& instance,
                                            std::filesystem::path const& volume);

}  // namespace pgdrill::sandbox::cnpg
