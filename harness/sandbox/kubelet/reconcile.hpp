// The loop of a controller whose work is a plain function on the store.
#pragma once
#include <functional>
#include <vector>

#include "harness/sandbox/api/store.hpp"

namespace pgdrill::sandbox {

/// Looks at everything, does what is missing, and says when it wants to look again though nothing changes
/// (Monotonic::max(): never).
using Reconcile = std::function<Monotonic()>;

/// Calls `reconcile` at the start, after changes of objects of these types (once for several that have come
/// together), and at the times that it asked for.
[[nodiscard]] Task<> reconcile_forever(Store& store, std::vector<kube::ResourceType> types,
                                       Reconcile reconcile);

/// The reference that makes `owner` the controller of an object.
[[nodiscard]] json::object controller_reference(json::value const& owner);
/// True when the object has an owner reference to that uid.
[[nodiscard]] bool is_owned_by(json::value const& object, std::string const& uid);

}  // namespace pgdrill::sandbox
