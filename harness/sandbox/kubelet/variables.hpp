// A container's environment: what its spec says, what Kubernetes adds for services, and $(NAME) in strings.
#pragma once
#include <map>
#include <string>
#include <string_view>
#include <vector>

#include "harness/sandbox/api/store.hpp"
#include "harness/sandbox/kubelet/mounts.hpp"

namespace pgdrill::sandbox {

using Variables = std::map<std::string, std::string>;

/// Replaces $(NAME); "$$" stands for one '$', an unknown name stays as it is
/// (https://kubernetes.io/docs/tasks/inject-data-application/define-interdependent-environment-variables/).
[[nodiscard]] std::string expand_variables(std::string_view text, Variables const& variables);

/// ORDERS_DB_SERVICE_HOST, ORDERS_DB_SERVICE_PORT, ORDERS_DB_PORT_5432_TCP_ADDR ... of the namespace's
/// services (https://kubernetes.io/docs/concepts/services-networking/service/#environment-variables).
[[nodiscard]] Variables service_variables(Store const& store, std::string const& ns);

/// Variables of `env` and `envFrom`, on top of `base`, in the order of the spec. `pod` must have its podIP.
/// Error kind invalid with the kubelet's text when a Secret, ConfigMap or key is missing.
[[nodiscard]] Result<Variables> container_variables(Store const& store, json::value const& pod,
                                                    json::value const& container,
                                                    std::vector<Mount> const& mounts, Variables base);

}  // namespace pgdrill::sandbox
