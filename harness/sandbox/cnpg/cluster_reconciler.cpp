#include "harness/sandbox/cnpg/cluster_reconciler.hpp"

#include "harness/sandbox/api/types.hpp"
#include "harness/sandbox/cnpg/cluster_objects.hpp"
#include "harness/sandbox/cnpg/cluster_permissions.hpp"
#include "harness/sandbox/cnpg/cluster_secrets.hpp"
#include "harness/sandbox/cnpg/instance_files.hpp"

namespace pgdrill::sandbox::cnpg {

ClusterReconciler::ClusterReconciler(Store& store, Kubelet& kubelet, Environment const& environment,
                                     std::string ns, std::string name)
    : store_(store),
      kubelet_(kubelet),
      environment_(environment),
      ns_(std::move(ns)),
      name_(std::move(name)),
      sql_(kubelet, ns_) {}

bool ClusterReconciler::refresh() {
  auto cluster = store_.get(kube::cluster_type, ns_, name_);
  if (!cluster) return false;
  cluster_ = std::move(*cluster);
  return true;
}

void ClusterReconciler::modify_status(std::function<void(kube::Object&)> change) {
  auto written = store_.modify(kube::cluster_type, ns_, name_, true, std::move(change));
  if (written) cluster_ = std::move(*written);
}

void ClusterReconciler::event(std::string const& type, std::string const& reason,
                              std::string const& message) {
  store_.record_event(cluster_, type, reason, message);
}

void ClusterReconciler::set_target(std::string const& instance) {
  if (target() == instance) return;
  modify_status([&instance](kube::Object& object) {
    set(object, "status.targetPrimary", json::value(instance));
    set(object, "status.targetPrimaryTimestamp", json::value(format_rfc3339(wall_now())));
  });
}

void ClusterReconciler::set_current(std::string const& instance) {
  modify_status([&instance](kube::Object& object) {
    set(object, "status.currentPrimary", json::value(instance));
    set(object, "status.currentPrimaryTimestamp", json::value(format_rfc3339(wall_now())));
    object["status"].as_object().erase("currentPrimaryFailingSinceTimestamp");
  });
  // Whoever holds the Lease may run as primary.
  (void)store_.modify(kube::lease_type, ns_, name_, false, [&instance](kube::Object& lease) {
    std::string const now = format_rfc3339(wall_now());
    lease["spec"] = json::object{
        {"holderIdentity", instance}, {"leaseDurationSeconds", 15}, {"acquireTime", now}, {"renewTime", now}};
  });
}

bool ClusterReconciler::ensure_owned_objects() {
  auto const secrets = ensure_secrets(store_, cluster_);
  if (!secrets) {
    event("Warning", "SecretCreationFailed", describe(secrets.error()));
    return false;
  }
  for (auto& service : make_services(cluster_)) {
    std::string const name = kube::name_of(service);
    if (store_.get(kube::service_type, ns_, name)) continue;
    if (!store_.create(kube::service_type, std::move(service))) return false;
  }
  for (auto& owned : supporting_objects(cluster_)) {
    if (store_.get(owned.type, ns_, kube::name_of(owned.object))) continue;
    auto const created = store_.create(owned.type, std::move(owned.object));
    if (!created) return false;
    if (owned.type == disruption_budget_type)
      store_.record_event(*created, "Normal", "NoPods", "No matching pods found");
    if (!owned.reason.empty()) event("Normal", owned.reason, owned.message);
  }
  if (get_int(cluster_, "spec.instances", 1) <= 2 && store_.get(disruption_budget_type, ns_, name_)) {
    (void)store_.remove(disruption_budget_type, ns_, name_);
    event("Normal", "DeletingPodDisruptionBudget", "Deleting Pod Disruption Budget " + name_);
  }
  write_budget_status(store_, cluster_);
  // Replicas stream through the service: without its address there is nothing to tell them yet.
  auto const service = store_.get(kube::service_type, ns_, name_ + "-rw");
  return service && !get_string(*service, "spec.clusterIP").empty();
}

Task<> ClusterReconciler::observe() {
  resources_ = resources_of(store_, cluster_);
  std::map<std::string, InstanceStatus> instances;
  for (std::size_t i = 0; i < resources_.pods.size(); ++i) {
    json::value const pod = resources_.pods[i];
    if (get_string(pod, "status.phase") != "Running") continue;
    InstanceStatus status = co_await sql_.status(pod);
    instances[kube::name_of(pod)] = std::move(status);
  }
  // The answers took time; pods are looked at again so that both belong together.
  resources_ = resources_of(store_, cluster_);
  resources_.instances = std::move(instances);
}

bool ClusterReconciler::write_files() {
  for (auto const& claim : resources_.claims) {
    std::string const instance = kube::name_of(claim);
    auto const written = write_instance_files(store_, environment_, cluster_, instance,
                                              kubelet_.claim_directory(ns_, instance));
    if (written) continue;
    event("Warning", "InstanceFiles", describe(written.error()));
    return false;
  }
  return true;
}

bool ClusterReconciler::leave() {
  // The operator's own map goes with the last Cluster of its namespace.
  if (store_.list(kube::cluster_type, ns_).empty())
    (void)store_.remove(kube::config_map_type, ns_, "cnpg-default-monitoring");
  return false;
}

Task<bool> ClusterReconciler::reconcile() {
  if (!refresh()) co_return leave();
  if (is_deleted(cluster_) || kube::annotation_of(cluster_, "cnpg.io/reconciliationLoop") == "disabled")
    co_return true;
  if (!ensure_owned_objects()) co_return true;
  std::int64_t const generation = get_int(cluster_, "metadata.generation");
  co_await observe();
  if (!refresh()) co_return leave();
  // Another spec meanwhile: all of it is for the next look, which comes at once.
  if (get_int(cluster_, "metadata.generation") != generation) co_return true;
  write_resource_status(store_, cluster_, resources_);
  if (std::string const primary = current(); !primary.empty()) {
    write_archiving_condition(store_, cluster_, kubelet_.claim_directory(ns_, primary));
  }
  if (!refresh() || !write_files()) co_return true;
  if (handle_hibernation() == Next::wait) co_return true;
  co_await settle_primary();
  Next const change = co_await handle_primary_change();
  if (change == Next::wait || !refresh()) co_return true;
  label_pods();
  if (handle_jobs() == Next::wait || scale() == Next::wait || ensure_pods() == Next::wait) co_return true;
  finish();
  co_return true;
}

}  // namespace pgdrill::sandbox::cnpg
