// The embedded Kubernetes: API server, kubelet, services, jobs, the CNPG operator's and Flux's stand-ins, in
// one process. Starts from nothing each time.
#pragma once
#include <filesystem>
#include <string>

#include "harness/base/task.hpp"

namespace pgdrill::sandbox {

struct SandboxOptions {
  std::filesystem::path directory;  ///< made when missing; one sandbox per directory
  bool empty = false;               ///< without the demo namespace `develop`
};

/// Cleans up what a killed sandbox left in the directory, starts, writes DIR/kubeconfig, prints its path on
/// stdout when ready, and serves until SIGINT or SIGTERM; then leaves no process and, but for logs, no file
/// behind.
[[nodiscard]] Task<Result<>> serve(SandboxOptions options);

/// Stops the sandbox that runs in the directory (or cleans up after a killed one). Success when none runs.
[[nodiscard]] Task<Result<>> stop(std::filesystem::path directory);

}  // namespace pgdrill::sandbox
