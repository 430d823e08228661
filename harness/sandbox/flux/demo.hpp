// What a new sandbox has in it: a Git repository with the first migration, and the objects of
// embedded/demo.yaml.
#pragma once
#include "harness/sandbox/api/environment.hpp"
#include "harness/sandbox/api/store.hpp"

namespace pgdrill::sandbox {

/// Makes the bare repository DIR/git/app.git and creates the demo's objects in the store.
[[nodiscard]] Task<Result<>> make_demo(Store& store, Environment environment);

}  // namespace pgdrill::sandbox
