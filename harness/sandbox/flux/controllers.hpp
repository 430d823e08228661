// Flux's source-controller and kustomize-controller, imitated over a real Git repository.
#pragma once
#include "harness/sandbox/api/environment.hpp"
#include "harness/sandbox/api/store.hpp"

namespace pgdrill::sandbox {

/// Reconciles GitRepository and Kustomization objects until cancelled.
[[nodiscard]] Task<> run_flux(Store& store, Environment environment);

}  // namespace pgdrill::sandbox
