// The places that an Access is made from, as values, so that tests can give their own.
#pragma once
#include <filesystem>
#include <optional>

#include "harness/kube/kubeconfig.hpp"
#include "harness/kube/kubeconfig_file.hpp"

namespace pgdrill::kube {

/// What of this process's environment decides where the API is.
struct Surroundings {
  std::optional<std::string> kubeconfig;  ///< $KUBECONFIG
  std::string home;                       ///< $HOME
  std::string service_host;               ///< $KUBERNETES_SERVICE_HOST, set in every pod
  std::string service_port;
  std::filesystem::path service_account = "/var/run/secrets/kubernetes.io/serviceaccount";

  [[nodiscard]] static Surroundings of_this_process();
};

[[nodiscard]] Task<Result<Access>> resolve_access_in(AccessOptions options, Surroundings surroundings);

/// Access by the service account of a pod:
/// https://kubernetes.io/docs/tasks/run-application/access-api-from-pod/
[[nodiscard]] Result<Access> in_cluster_access(Surroundings const& surroundings);

/// Host, port, path, trust and credentials of one context. `where` names the kubeconfig files for messages.
[[nodiscard]] Task<Result<Access>> access_of_context(Kubeconfig config, std::string context,
                                                     std::string where);

/// Reads "https://host:port/path" into the Access. Error: unreachable.
[[nodiscard]] Result<> set_server(Access& access, std::string const& server, std::string const& where);

/// Runs the plugin and puts its token or certificate into the Access. Errors: unreachable, with what the
/// plugin wrote on standard error (never its output, which holds the secret).
[[nodiscard]] Task<Result<>> apply_exec_credential(ExecPlugin plugin, ClusterEntry cluster, Access& access);

/// Content of a Material: decoded or read; empty when it names neither. `what` for the error, as "client-key
/// of user x".
[[nodiscard]] Result<std::string> load(Material const& material, std::string const& what,
                                       std::filesystem::path const& kubeconfig);

}  // namespace pgdrill::kube
