// What the operator makes beside a Cluster so that its pods may speak to the API, and are not evicted
// together.
#pragma once
#include <string>
#include <vector>

#include "harness/sandbox/api/store.hpp"

namespace pgdrill::sandbox::cnpg {

struct OwnedObject {
  kube::ResourceType type;
  kube::Object object;
  std::string reason;  ///< of the event that tells its creation; empty: none
  std::string message;
};

/// PodDisruptionBudgets, ServiceAccount, Role, RoleBinding, the default monitoring queries and the primary's
/// Lease, in the order in which CNPG makes them.
[[nodiscard]] std::vector<OwnedObject> supporting_objects(json::value const& cluster);

/// Counts what the budgets say: status of the Cluster's PodDisruptionBudgets.
void write_budget_status(Store& store, json::value const& cluster);

}  // namespace pgdrill::sandbox::cnpg
