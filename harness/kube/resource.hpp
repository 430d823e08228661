// Kinds of objects, and how they are addressed in the API.
#pragma once
#include <boost/json.hpp>
#include <string>
#include <string_view>

#include "harness/base/json.hpp"

namespace pgdrill::kube {

/// An API object is its JSON document; nothing of it is lost when it is written back.
using Object = json::object;

/// A kind of object and its place in the API's paths.
struct ResourceType {
  std::string_view group;    ///< empty for the core group
  std::string_view version;
  std::string_view plural;
  std::string_view kind;
  bool namespaced = true;

  /// "v1" or "postgresql.cnpg.io/v1".
  [[nodiscard]] std::string api_version() const;
  friend bool operator==(ResourceType const&, ResourceType const&) = default;
};

inline constexpr ResourceType namespace_type{"", "v1", "namespaces", "Namespace", false};
inline constexpr ResourceType pod_type{"", "v1", "pods", "Pod"};
inline constexpr ResourceType service_type{"", "v1", "services", "Service"};
inline constexpr ResourceType secret_type{"", "v1", "secrets", "Secret"};
inline constexpr ResourceType config_map_type{"", "v1", "configmaps", "ConfigMap"};
inline constexpr ResourceType event_type{"", "v1", "events", "Event"};
inline constexpr ResourceType volume_claim_type{"", "v1", "persistentvolumeclaims", "PersistentVolumeClaim"};
inline constexpr ResourceType service_account_type{"", "v1", "serviceaccounts", "ServiceAccount"};
inline constexpr ResourceType job_type{"batch", "v1", "jobs", "Job"};
inline constexpr ResourceType cron_job_type{"batch", "v1", "cronjobs", "CronJob"};
inline constexpr ResourceType lease_type{"coordination.k8s.io", "v1", "leases", "Lease"};
inline constexpr ResourceType cluster_type{"postgresql.cnpg.io", "v1", "clusters", "Cluster"};
inline constexpr ResourceType backup_type{"postgresql.cnpg.io", "v1", "backups", "Backup"};
inline constexpr ResourceType object_store_type{"barmancloud.cnpg.io", "v1", "objectstores", "ObjectStore"};
inline constexpr ResourceType scheduled_backup_type{"postgresql.cnpg.io", "v1", "scheduledbackups", "ScheduledBackup"};
inline constexpr ResourceType git_repository_type{"source.toolkit.fluxcd.io", "v1", "gitrepositories", "GitRepository"};
inline constexpr ResourceType kustomization_type{"kustomize.toolkit.fluxcd.io", "v1", "kustomizations", "Kustomization"};

/// One object's address. `ns` is empty for cluster-scoped kinds.
struct ObjectRef {
  ResourceType type;
  std::string ns;
  std::string name;
  /// "Cluster develop/orders", for messages.
  [[nodiscard]] std::string text() const;
};

/// "/api/v1/namespaces/develop/pods/orders-1/log": path of a collection (empty name), an object or a subresource.
[[nodiscard]] std::string path_to(ResourceType const& type, std::string_view ns, std::string_view name = "",
                                  std::string_view subresource = "");

[[nodiscard]] std::string name_of(json::value const& object);       ///< metadata.name
[[nodiscard]] std::string uid_of(json::value const& object);        ///< metadata.uid
[[nodiscard]] std::string version_of(json::value const& object);    ///< metadata.resourceVersion
[[nodiscard]] std::string label_of(json::value const& object, std::string_view key);
[[nodiscard]] std::string annotation_of(json::value const& object, std::string_view key);
/// The condition of that type in status.conditions, or null.
[[nodiscard]] json::value const* condition_of(json::value const& object, std::string_view type);

}  // namespace pgdrill::kube
