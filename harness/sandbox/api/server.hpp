// The sandbox's Kubernetes API over HTTPS (https://kubernetes.io/docs/reference/using-api/api-concepts/), as
// far as kubectl and clients of its kind ask for it.
#pragma once
#include <memory>
#include <string>

#include "harness/net/socket.hpp"
#include "harness/sandbox/api/containers.hpp"
#include "harness/sandbox/api/store.hpp"

namespace pgdrill::sandbox {

struct ApiServerOptions {
  net::TlsServerOptions tls;
  std::string token;                 ///< the one bearer token that is let in; a secret
  Containers* containers = nullptr;  ///< for logs, exec and port-forward; null: 404 for those
};

/// Serves on the listener until cancelled. Store, listener and containers outlive it. Error: TLS material
/// that OpenSSL refuses.
[[nodiscard]] Task<Result<>> serve_api(Store& store, net::Listener& listener, ApiServerOptions options);

}  // namespace pgdrill::sandbox
