// What the operator tells an instance manager: two small files in the instance's volume. (CNPG's manager
// reads the Cluster from the API instead; the sandbox's pods have no API credentials.)
#pragma once
#include <filesystem>
#include <map>
#include <optional>
#include <string>
#include <vector>

#include "harness/base/json.hpp"

namespace pgdrill::sandbox::cnpg {

/// Where a server's backups and WAL lie: barmanObjectStore of CNPG.
struct ArchiveLocation {
  std::string destination_path;  ///< "s3://backups/"
  std::string server_name;
  std::string endpoint;     ///< only repeated in logs and statuses
  std::string credentials;  ///< a digest of the object store's key; empty when the Cluster names no Secret

  friend bool operator==(ArchiveLocation const&, ArchiveLocation const&) = default;
};

/// bootstrap.recovery.recoveryTarget; empty members are not set.
struct RecoveryTarget {
  std::string backup_id;
  std::string timeline;  ///< targetTLI
  std::string xid;
  std::string name;
  std::string lsn;
  std::string time;
  bool immediate = false;
  bool exclusive = false;
};

/// Everything but the roles: file instance.json.
struct InstanceConfig {
  std::string cluster;
  std::string instance;
  std::string rw_address;  ///< cluster IP of the -rw service, where replicas stream from
  std::map<std::string, std::string> parameters;
  std::vector<std::string> pg_hba;
  std::optional<ArchiveLocation> archive;
  bool skip_empty_archive_check = false;
  bool skip_archiving = false;
  std::string initdb_flags;
  std::string database;  ///< application's database and owner, may be empty after a recovery
  std::string owner;
  std::vector<std::string> post_init_sql;
  std::vector<std::string> post_init_application_sql;
  std::optional<ArchiveLocation> source;  ///< what a recovery reads
  std::string source_name;                ///< name of the external cluster, for the log
  RecoveryTarget target;

  [[nodiscard]] json::object to_json() const;
  [[nodiscard]] static InstanceConfig from_json(json::value const& document);
};

/// Who is primary: file state.json. As in CNPG an instance may be primary when it is both current and target.
struct ClusterState {
  std::string current_primary;
  std::string target_primary;
  bool fenced = false;

  [[nodiscard]] json::object to_json() const;
  [[nodiscard]] static ClusterState from_json(json::value const& document);
  friend bool operator==(ClusterState const&, ClusterState const&) = default;
};

/// What an instance may be by that state.
enum class Role {
  primary,
  replica,
  undecided,  ///< a failover or switchover away from it is under way
};
[[nodiscard]] Role role_of(ClusterState const& state, std::string const& instance);

/// The folder for these files in a volume.
[[nodiscard]] std::filesystem::path control_directory(std::filesystem::path const& volume);

}  // namespace pgdrill::sandbox::cnpg
