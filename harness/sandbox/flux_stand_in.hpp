// Joins the sandbox to the rooms of Flux and of the demo.
#pragma once
#include "harness/sandbox/api/environment.hpp"
#include "harness/sandbox/api/store.hpp"

namespace pgdrill::sandbox {

/// GitRepository and Kustomization, until cancelled.
[[nodiscard]] Task<> run_flux_stand_in(Store& store, Environment environment);
/// The namespace `develop` with its Git repository and objects.
[[nodiscard]] Task<Result<>> apply_demo(Store& store, Environment environment);

}  // namespace pgdrill::sandbox
