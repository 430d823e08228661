// The stand-in for the CloudNativePG operator: Cluster, Backup and ScheduledBackup.
#pragma once
#include "harness/base/task.hpp"
#include "harness/sandbox/api/environment.hpp"
#include "harness/sandbox/api/store.hpp"
#include "harness/sandbox/kubelet/kubelet.hpp"

namespace pgdrill::sandbox {

/// Reconciles all namespaces' objects of postgresql.cnpg.io until cancelled. Store and kubelet outlive it.
[[nodiscard]] Task<> run_cnpg(Store& store, Kubelet& kubelet, Environment environment);

}  // namespace pgdrill::sandbox
