// Services: cluster addresses, and forwarders that follow the ready pods of the selector.
#pragma once
#include "harness/sandbox/api/environment.hpp"
#include "harness/sandbox/api/store.hpp"
#include "harness/sandbox/kubelet/forwarder.hpp"

namespace pgdrill::sandbox {

/// Serves all services until cancelled.
[[nodiscard]] Task<> run_services(Store& store, Environment environment);

/// Where connections to a service's port go: pods of its selector that are ready and not being deleted.
/// `port` is an entry of spec.ports; its targetPort may be a name of a container's port.
[[nodiscard]] std::vector<Endpoint> endpoints_of(Store const& store, json::value const& service,
                                                 json::value const& port);

/// A service's selector in kubectl's syntax; empty for a service without.
[[nodiscard]] std::string selector_of(json::value const& service);
/// The port of a pod that an entry of spec.ports leads to; 0 when its name is none of the pod's.
[[nodiscard]] std::uint16_t target_port(json::value const& port, json::value const& pod);

}  // namespace pgdrill::sandbox
