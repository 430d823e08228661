// One coroutine per object of a kind, so that one that waits for health holds up no other.
#pragma once
#include <functional>

#include "harness/base/scope.hpp"
#include "harness/sandbox/api/store.hpp"

namespace pgdrill::sandbox {

/// Reconciles an object once. Returns how long until it wants to be called again though nothing changes.
using ReconcileObject = std::function<Task<Duration>(json::value object)>;

/// Calls `reconcile` for each object of `type` when `is_due` says so: after a change of it or of an object of
/// a type in `also`, and when the time that it asked for has come. Ends only by cancellation.
[[nodiscard]] Task<> reconcile_each(Store& store, kube::ResourceType type,
                                    std::vector<kube::ResourceType> also,
                                    std::function<bool(json::value const&)> is_due,
                                    ReconcileObject reconcile);

}  // namespace pgdrill::sandbox
