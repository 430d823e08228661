#include "harness/sandbox/api/types.hpp"

#include "harness/sandbox/api/store.hpp"

namespace pgdrill::sandbox {

std::vector<kube::ResourceType> const& Store::types() {
  static std::vector<kube::ResourceType> const all = {
      kube::namespace_type,
      kube::pod_type,
      kube::service_type,
      kube::secret_type,
      kube::config_map_type,
      kube::event_type,
      kube::volume_claim_type,
      kube::service_account_type,
      endpoints_type,
      endpoint_slice_type,
      role_type,
      role_binding_type,
      disruption_budget_type,
      kube::job_type,
      kube::cron_job_type,
      kube::lease_type,
      kube::cluster_type,
      kube::backup_type,
      kube::scheduled_backup_type,
      kube::git_repository_type,
      kube::kustomization_type,
  };
  return all;
}

}  // namespace pgdrill::sandbox
