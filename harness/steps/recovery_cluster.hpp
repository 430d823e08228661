// The Cluster that point-in-time recovery makes (cloudnative-pg.io/documentation/current/recovery/).
#pragma once
#include <string>

#include "harness/base/error.hpp"
#include "harness/base/json.hpp"
#include "harness/base/time.hpp"
#include "harness/kube/resource.hpp"

namespace pgdrill::steps {

struct RecoveryPlan {
  std::string name;  ///< of the new Cluster
  std::string run_id;
  std::string by;     ///< name, lsn or time
  Duration offset{};  ///< by time: so much later
  std::string database;
  std::string secret;  ///< with the application's credentials
};

/// bootstrap.recovery.recoveryTarget: always with backupID and timeline, since without them any timeline's
/// newest backup is taken. Error invalid.
[[nodiscard]] Result<json::object> recovery_target(RecoveryPlan const& plan, json::value const& captured);

/// The new Cluster: the source's image, parameters and storage, one instance, and an archive of its own (a
/// second cluster that archives into the source's folder is refused by CNPG). Error invalid for a source
/// without archive.
[[nodiscard]] Result<kube::Object> recovery_cluster(RecoveryPlan const& plan, json::value const& source,
                                                    json::value const& captured);

}  // namespace pgdrill::steps
