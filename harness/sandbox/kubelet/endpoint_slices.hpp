// EndpointSlices and Endpoints of services, as the controller manager keeps them
// (https://kubernetes.io/docs/concepts/services-networking/endpoint-slices/). For clients to read: the
// forwarders of services.hpp look at the pods themselves.
#pragma once
#include "harness/sandbox/api/store.hpp"

namespace pgdrill::sandbox {

/// Keeps them until cancelled.
[[nodiscard]] Task<> run_endpoint_slices(Store& store);

}  // namespace pgdrill::sandbox
