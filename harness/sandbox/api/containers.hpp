// What the API server needs of running containers; the kubelet implements it.
#pragma once
#include <filesystem>
#include <memory>
#include <string>
#include <vector>

#include "harness/base/process.hpp"

namespace pgdrill::sandbox {

/// Errors as the API gives them: not_found, invalid (a container that does not run, or of that name does not
/// exist).
class Containers {
 public:
  virtual ~Containers() = default;
  /// The file that holds the container's log (both streams); grows while it runs. Empty container: the only
  /// one.
  [[nodiscard]] virtual Result<std::filesystem::path> log_file(std::string const& ns, std::string const& pod,
                                                               std::string const& container,
                                                               bool previous) const = 0;
  [[nodiscard]] virtual bool container_running(std::string const& ns, std::string const& pod,
                                               std::string const& container) const = 0;
  /// Starts a command as in the container: its user, its environment (with the pod's host names), its
  /// directory.
  [[nodiscard]] virtual Result<std::unique_ptr<Process>> exec(std::string const& ns, std::string const& pod,
                                                              std::string const& container,
                                                              std::vector<std::string> command) = 0;
  /// A TCP connection to a port of the pod.
  [[nodiscard]] virtual Task<Result<std::unique_ptr<ByteStream>>> dial(std::string ns, std::string pod,
                                                                       std::uint16_t port) = 0;
};

}  // namespace pgdrill::sandbox
