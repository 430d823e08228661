// The way to the cluster for verbs that speak to one.
#pragma once
#include <memory>
#include <string>

#include "harness/cli/verb.hpp"
#include "harness/kube/client.hpp"

namespace pgdrill::cli {

struct Connection {
  std::shared_ptr<kube::Client> client;
  std::string ns;  ///< -n, else the context's
};

/// Resolves --kubeconfig, --context and -n, and asks the API for its version, so that a wrong address is told
/// at once.
[[nodiscard]] Task<Result<Connection>> connect(Arguments const& arguments);

}  // namespace pgdrill::cli
