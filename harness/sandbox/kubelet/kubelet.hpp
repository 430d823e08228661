// Runs pods: a container is a process group, a pod has an IP address of its own in the sandbox's loopback
// range and a directory for its volumes. Pods in the store are started, watched, restarted by policy,
// reported in status, and ended on deletion with their grace period.
#pragma once
#include <filesystem>
#include <memory>
#include <string>

#include "harness/sandbox/api/containers.hpp"
#include "harness/sandbox/api/environment.hpp"
#include "harness/sandbox/api/store.hpp"

namespace pgdrill::sandbox {

class Kubelet : public Containers {
 public:
  [[nodiscard]] static std::unique_ptr<Kubelet> create(asio::any_io_executor executor, Store& store,
                                                       Environment environment);
  /// Follows the pods in the store until cancelled; then kills all of them.
  [[nodiscard]] virtual Task<> run() = 0;

  /// The directory that stands for a volume claim (made on demand, owned by the pods' user, gone with the
  /// claim) or for a pod's own files (its socket directory is `run` below it).
  [[nodiscard]] virtual std::filesystem::path claim_directory(std::string const& ns,
                                                              std::string const& claim) const = 0;
  [[nodiscard]] virtual std::filesystem::path pod_directory(std::string const& ns,
                                                            std::string const& pod) const = 0;
};

}  // namespace pgdrill::sandbox
