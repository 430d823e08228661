// Where the API is and who we are there: a kubeconfig (https://kubernetes.io/docs/concepts/configuration/
// organize-cluster-access-kubeconfig/) or the service account of the pod that we run in.
#pragma once
#include <cstdint>
#include <functional>
#include <optional>
#include <string>

#include "harness/base/task.hpp"
#include "harness/net/http.hpp"
#include "harness/net/socket.hpp"

namespace pgdrill::kube {

/// A resolved way to one API server.
struct Access {
  std::string host;
  std::uint16_t port = 443;
  std::string base_path;          ///< path prefix of the server URL, often empty
  bool tls = true;
  net::TlsClientOptions tls_options;
  std::string bearer_token;       ///< may be empty
  std::string token_file;         ///< read again for each request when set (in-cluster tokens rotate)
  net::Headers headers;           ///< sent with each request: impersonation, basic authentication
  /// Gets new credentials from the exec plugin into an Access; the client calls it after a 401. Empty without plugin.
  std::function<Task<Result<>>(Access&)> renew;
  std::string default_namespace;  ///< of the context; "default" when it names none
  std::string description;        ///< "context sandbox in /path/kubeconfig", for messages
};

struct AccessOptions {
  std::string kubeconfig;  ///< --kubeconfig; empty: $KUBECONFIG (a colon list, merged), or ~/.kube/config when that is unset
  std::string context;     ///< --context; empty: current-context
};

/// Resolves files, inline data, tokens and exec credential plugins (client.authentication.k8s.io/v1). With no
/// kubeconfig anywhere and a service account mounted, uses that. Errors: unreachable (exit code 3) naming the file
/// and what is wrong in it, or all the places that were looked at.
[[nodiscard]] Task<Result<Access>> resolve_access(AccessOptions options);

}  // namespace pgdrill::kube
