// The Kustomization controller: renders, applies, prunes, waits for health. As kustomize-controller does by
// default, a revision that comes while it waits for health is looked at only when the wait has ended.
#pragma once
#include "harness/sandbox/api/environment.hpp"
#include "harness/sandbox/api/store.hpp"

namespace pgdrill::sandbox {

[[nodiscard]] Task<> run_kustomizations(Store& store, Environment environment);

}  // namespace pgdrill::sandbox
