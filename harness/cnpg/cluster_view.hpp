// What the status of CloudNativePG's objects says, typed. Facts: cnpg:api/v1/cluster_types.go and
// backup_types.go.
#pragma once
#include <cstdint>
#include <string>
#include <vector>

#include "harness/base/json.hpp"

namespace pgdrill::cnpg {

inline constexpr std::string_view healthy_phase = "Cluster in healthy state";
inline constexpr std::string_view unrecoverable_phase =
    "Cluster is unrecoverable and needs manual intervention";

/// A condition that may not be there yet.
struct ConditionView {
  bool known = false;
  bool holds = false;  ///< status "True"
  std::string reason;
  std::string message;
};

struct ClusterView {
  std::string name;
  std::string uid;
  std::string phase;
  std::string phase_reason;
  /// The phase says healthy and all wanted instances are ready. Says nothing about backups or streaming.
  bool healthy = false;
  std::int64_t instances_wanted = 0;
  std::int64_t instances_ready = 0;
  std::string primary;         ///< current primary's pod; empty while there is none
  std::string target_primary;  ///< differs from primary during a switchover or failover
  std::int64_t timeline = 0;   ///< 0 while never promoted
  std::string system_id;
  ConditionView ready;
  /// Edge-driven: stays True while a hung archive command runs or no WAL is written, and is True without any
  /// backup configured. Compare WAL names (`archived`) for proof.
  ConditionView archiving;
  ConditionView last_backup;
  bool backup_configured = false;  ///< native object store, or a plugin that archives WAL
};

/// Reads a Cluster; missing fields are empty.
[[nodiscard]] ClusterView view_cluster(json::value const& cluster);

struct BackupView {
  std::string name;
  std::string cluster;
  std::string phase;  ///< "pending", "running", "completed", "failed", "walArchivingFailing", ...
  std::string error;
  std::string backup_id;    ///< folder in the object store, for recoveryTarget.backupID
  std::string backup_name;  ///< barman's name
  std::string begin_wal;
  std::string end_wal;
  std::string begin_lsn;
  std::string end_lsn;
  std::string started_at;
  std::string stopped_at;
  bool completed = false;
  /// Neither done nor able to end: it keeps every later Backup of the cluster pending until it is deleted
  /// (cloudnative-pg#10745).
  bool blocks_others = false;
};

[[nodiscard]] BackupView view_backup(json::value const& backup);

/// True when the backup can be restored: completed, and its last WAL segment is in the archive. A completed
/// backup alone is not enough, since its end may not be archived yet.
/// @param last_archived pg_stat_archiver.last_archived_wal of the primary
[[nodiscard]] bool usable(BackupView const& backup, std::string_view last_archived);

/// Backups of a cluster in order of their end, those without an end last.
[[nodiscard]] std::vector<BackupView> backups_of(std::string_view cluster,
                                                 std::vector<json::value> const& objects);

}  // namespace pgdrill::cnpg
