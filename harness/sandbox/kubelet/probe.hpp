// One try of a container probe (https://kubernetes.io/docs/concepts/workloads/pods/probes/).
#pragma once
#include <functional>
#include <memory>
#include <string>
#include <vector>

#include "harness/base/json.hpp"
#include "harness/base/process.hpp"

namespace pgdrill::sandbox {

/// Starts a command in the container that is probed.
using StartCommand = std::function<Result<std::unique_ptr<Process>>(std::vector<std::string>)>;

/// Tries `probe` (exec, tcpSocket or httpGet; port numbers, or names of `container`'s ports) within its
/// timeoutSeconds. Empty: passed; else why it failed, in the kubelet's words.
[[nodiscard]] Task<std::string> try_probe(json::value probe, json::value container, std::string address,
                                          StartCommand start);

/// The number of a port that is given by number or by a name in the container's ports; 0 when unknown.
[[nodiscard]] std::uint16_t port_number(json::value const& port, json::value const& container);

}  // namespace pgdrill::sandbox
