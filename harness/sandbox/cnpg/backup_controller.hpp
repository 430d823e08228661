// Backups: one at a time per cluster, taken by the instance manager of the chosen instance.
#pragma once
#include "harness/sandbox/api/environment.hpp"
#include "harness/sandbox/kubelet/kubelet.hpp"

namespace pgdrill::sandbox::cnpg {

/// Works on the Backups of a namespace's cluster that are not done; returns when none can be taken now.
[[nodiscard]] Task<> reconcile_backups(Store& store, Kubelet& kubelet, Environment const& environment,
                                       std::string ns, std::string cluster);

/// Creates the Backups that ScheduledBackups of the namespace ask for by now.
void reconcile_scheduled_backups(Store& store, std::string const& ns, WallTime now);

/// What the manager printed last with "backup", or its error.
[[nodiscard]] Result<json::object> backup_result(std::string_view output);

}  // namespace pgdrill::sandbox::cnpg
