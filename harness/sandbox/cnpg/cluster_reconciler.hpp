// One Cluster's reconciliation, step by step as CNPG's controller takes them. Each step says whether the next
// may run.
#pragma once
#include <string>

#include "harness/sandbox/api/environment.hpp"
#include "harness/sandbox/cnpg/cluster_status.hpp"
#include "harness/sandbox/cnpg/instance_sql.hpp"
#include "harness/sandbox/kubelet/kubelet.hpp"

namespace pgdrill::sandbox::cnpg {

class ClusterReconciler {
 public:
  ClusterReconciler(Store& store, Kubelet& kubelet, Environment const& environment, std::string ns,
                    std::string name);

  /// Brings the Cluster one step nearer to its spec. False when it is gone.
  [[nodiscard]] Task<bool> reconcile();

 private:
  enum class Next { go_on, wait };

  // cluster_reconciler.cpp
  [[nodiscard]] bool refresh();
  [[nodiscard]] bool leave();  ///< the Cluster is gone: false
  [[nodiscard]] bool ensure_owned_objects();
  [[nodiscard]] Task<> observe();
  [[nodiscard]] bool write_files();
  void modify_status(std::function<void(kube::Object&)> change);
  void event(std::string const& type, std::string const& reason, std::string const& message);
  [[nodiscard]] std::string current() const { return get_string(cluster_, "status.currentPrimary"); }
  [[nodiscard]] std::string target() const { return get_string(cluster_, "status.targetPrimary"); }
  void set_target(std::string const& instance);
  void set_current(std::string const& instance);

  // cluster_primary.cpp
  [[nodiscard]] Task<> settle_primary();
  [[nodiscard]] Task<bool> apply_application_password(json::value pod);
  void label_pods();
  void label_pod(json::value const& pod, std::string_view role);
  void label_claim(std::string const& instance, std::string_view role);

  // cluster_failover.cpp
  [[nodiscard]] Task<Next> handle_primary_change();
  [[nodiscard]] Task<Next> fail_over();
  [[nodiscard]] Task<Next> switch_over();
  [[nodiscard]] Task<bool> wait_for_receivers_down();
  [[nodiscard]] Task<std::string> most_advanced_replica();
  [[nodiscard]] Task<bool> promote(std::string instance);
  [[nodiscard]] bool primary_is_failing();

  // cluster_instances.cpp
  [[nodiscard]] Next handle_jobs();
  [[nodiscard]] Next ensure_pods();
  [[nodiscard]] Next scale();
  void look_at_objects();
  [[nodiscard]] bool is_fenced(std::string const& instance) const;
  [[nodiscard]] Next create_instance();
  [[nodiscard]] Next remove_instance();
  void finish();

  // cluster_hibernation.cpp
  [[nodiscard]] Next handle_hibernation();

  Store& store_;
  Kubelet& kubelet_;
  Environment const& environment_;
  std::string ns_;
  std::string name_;
  json::value cluster_;
  Resources resources_;
  InstanceSql sql_;
  std::string applied_password_;  ///< version and primary that it was applied to
  std::optional<Monotonic> failing_since_;
  std::string
      fenced_incarnation_;  ///< the primary's pod and restarts while it was fenced, until it answers again
};

}  // namespace pgdrill::sandbox::cnpg
