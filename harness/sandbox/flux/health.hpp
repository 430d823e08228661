// Whether applied objects are healthy, as kustomize-controller's wait looks at them (kstatus).
#pragma once
#include <string>
#include <vector>

#include "harness/sandbox/flux/apply_set.hpp"

namespace pgdrill::sandbox {

enum class Health { current, in_progress, failed };

/// A Job is current when it is complete, a Cluster when it is Ready, a pod when it is ready; what has no
/// notion of health is current.
[[nodiscard]] Health health_of(json::value const& object, kube::ResourceType const& type);

/// Waits until all are current. Error: invalid with Flux's own text when one fails, timeout after `limit`.
[[nodiscard]] Task<Result<>> wait_healthy(Store& store, std::vector<Applied> applied, Duration limit);

}  // namespace pgdrill::sandbox
