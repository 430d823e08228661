// How long a Cluster's base backups and WAL are kept, and who says so.
#pragma once
#include <memory>
#include <string>

#include "harness/base/task.hpp"
#include "harness/kube/client.hpp"

namespace pgdrill::cnpg {

struct Retention {
  std::string policy;  ///< "30d", "4w" or "6m"; empty: nothing is said, all is kept until somebody deletes it
  std::string
      source;  ///< "Cluster develop/orders" or "ObjectStore develop/store": where the policy stands, or would
  std::string why_not;  ///< why the policy is not known; empty when it is
};

/// The ObjectStore that the Barman Cloud plugin archives a Cluster to; empty when it uses no such plugin.
[[nodiscard]] std::string plugin_object_store(json::value const& cluster);

/// From spec.retentionPolicy of the plugin's ObjectStore, or else from the Cluster's
/// spec.backup.retentionPolicy.
[[nodiscard]] Task<Retention> retention_of(std::shared_ptr<kube::Client> client, std::string ns,
                                           json::value cluster);

}  // namespace pgdrill::cnpg
