// The Cluster that a restore creates, made from the source Cluster and a captured target
// (https://cloudnative-pg.io/documentation/current/recovery/).
#pragma once
#include <string>

#include "harness/base/error.hpp"
#include "harness/base/json.hpp"

namespace pgdrill::steps {

struct RecoveryRequest {
  std::string name;  ///< of the new Cluster; also its folder in the object store
  std::string run_id;
  std::string database;
  std::string owner;    ///< role that owns the database
  std::string secret;   ///< with the owner's credentials
  json::object target;  ///< recoveryTarget
  std::int64_t instances = 1;
};

/// Recovers from where `source` archives (native barmanObjectStore or the barman-cloud plugin) and archives
/// into a folder of its own, since CNPG refuses an archive that is not empty. Keeps the source's image,
/// storage and PostgreSQL parameters. Error refused: the source does not archive.
[[nodiscard]] Result<json::object> recovery_manifest(json::value const& source,
                                                     RecoveryRequest const& request);

/// recoveryTarget for a captured target: {backupID, targetTLI, and targetName | targetTime | targetLSN}.
/// @param by name, time or lsn
/// @param time PostgreSQL's form with a zone; used when `by` is time
[[nodiscard]] json::object recovery_target(json::object const& captured, std::string const& by,
                                           std::string const& time);

}  // namespace pgdrill::steps
