// Kinds that only the sandbox makes; those that pgdrill's own rooms address stand in
// harness/kube/resource.hpp.
#pragma once
#include "harness/kube/resource.hpp"

namespace pgdrill::sandbox {

inline constexpr kube::ResourceType role_type{"rbac.authorization.k8s.io", "v1", "roles", "Role"};
inline constexpr kube::ResourceType role_binding_type{"rbac.authorization.k8s.io", "v1", "rolebindings",
                                                      "RoleBinding"};
inline constexpr kube::ResourceType disruption_budget_type{"policy", "v1", "poddisruptionbudgets",
                                                           "PodDisruptionBudget"};
inline constexpr kube::ResourceType endpoint_slice_type{"discovery.k8s.io", "v1", "endpointslices",
                                                        "EndpointSlice"};
inline constexpr kube::ResourceType endpoints_type{"", "v1", "endpoints", "Endpoints"};

}  // namespace pgdrill::sandbox
