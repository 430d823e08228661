// The GitRepository controller: fetches a branch and keeps a checked-out tree of its newest commit as the
// artifact.
#pragma once
#include "harness/sandbox/api/environment.hpp"
#include "harness/sandbox/api/store.hpp"

namespace pgdrill::sandbox {

[[nodiscard]] Task<> run_git_repositories(Store& store, Environment environment);

/// Where the artifact of a GitRepository at a revision ("main@sha1:<sha>") lies.
[[nodiscard]] std::filesystem::path artifact_directory(Environment const& environment, std::string const& ns,
                                                       std::string const& name, std::string const& revision);

}  // namespace pgdrill::sandbox
