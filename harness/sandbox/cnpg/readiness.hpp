// The manager's web server for the kubelet's probes.
#pragma once
#include "harness/base/task.hpp"
#include "harness/sandbox/cnpg/manager_context.hpp"

namespace pgdrill::sandbox::cnpg {

inline constexpr std::uint16_t status_port = 8000;

/// True when PostgreSQL accepts connections (PQping; blocks for at most two seconds).
[[nodiscard]] bool accepts_connections(ManagerContext const& context);

/// Answers /healthz and /readyz on the pod's address: 200 when PostgreSQL accepts connections, else 500.
/// Until cancelled.
[[nodiscard]] Task<> serve_readiness(ManagerContext const& context);

}  // namespace pgdrill::sandbox::cnpg
