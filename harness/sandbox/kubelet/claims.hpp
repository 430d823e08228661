// Volume claims: bound at once, their directories removed with them.
#pragma once
#include "harness/sandbox/api/environment.hpp"
#include "harness/sandbox/api/store.hpp"

namespace pgdrill::sandbox {

/// Binds claims, protects those that pods use (finalizer kubernetes.io/pvc-protection), removes the
/// directories of deleted ones; until cancelled.
[[nodiscard]] Task<> run_claims(Store& store, Environment environment);

}  // namespace pgdrill::sandbox
