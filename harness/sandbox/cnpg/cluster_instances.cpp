// Instances: their jobs and pods, how they come and go.
#include <algorithm>

#include "harness/sandbox/cnpg/cluster_objects.hpp"
#include "harness/sandbox/cnpg/cluster_reconciler.hpp"

namespace pgdrill::sandbox::cnpg {
namespace {

/// Sorted claims: the first gap, as CloudNativePG numbers its instances since 1.30.
int first_free_serial(std::vector<json::value> const& claims) {
  int serial = 1;
  for (auto const& claim : claims) {
    if (serial_of(claim) == serial) ++serial;
  }
  return serial;
}

}  // namespace

/// Waits for running jobs; marks the volumes of completed ones as ready.
ClusterReconciler::Next ClusterReconciler::handle_jobs() {
  std::string failed;
  bool running = false;
  bool ready = false;
  for (auto const& job : resources_.jobs) {
    std::string const outcome = job_outcome(job);
    if (outcome == "Failed") failed += (failed.empty() ? "" : ", ") + kube::name_of(job);
    running = running || outcome.empty();
    if (outcome != "Complete") continue;
    auto const marked = store_.modify(kube::volume_claim_type, ns_, kube::label_of(job, instance_label),
                                      false, [&ready](kube::Object& claim) {
                                        auto& annotations =
                                            claim["metadata"].as_object()["annotations"].as_object();
                                        ready = ready || annotations[claim_status_annotation] != "ready";
                                        annotations[claim_status_annotation] = "ready";
                                      });
    (void)marked;  // the claim may be gone already
  }
  if (!failed.empty()) {
    set_phase(store_, cluster_, phase::unrecoverable,
              "Instance creation failed for the following jobs: " + failed);
    return Next::wait;
  }
  if (ready) resources_.claims = resources_of(store_, cluster_).claims;
  return running ? Next::wait : Next::go_on;
}

bool ClusterReconciler::is_fenced(std::string const& instance) const {
  std::string const fenced = kube::annotation_of(cluster_, fenced_annotation);
  bool const returning = instance == current() && !fenced_incarnation_.empty();
  return returning || fenced.find('"' + instance + '"') != std::string::npos ||
         fenced.find("\"*\"") != std::string::npos;
}

/// A pod for every filled volume, the primary's first; then waits until all are ready.
ClusterReconciler::Next ClusterReconciler::ensure_pods() {
  bool created = false;
  bool all_ready = true;
  std::string const primary = current().empty() ? target() : current();
  auto const* primary_pod = resources_.pod(primary);
  bool const primary_serves = primary_pod != nullptr && (pod_is_ready(*primary_pod) || is_fenced(primary));
  for (auto const& claim : resources_.claims) {
    std::string const name = kube::name_of(claim);
    auto const* pod = resources_.pod(name);
    if (pod != nullptr) {
      // The manager of a fenced instance answers for it: the Cluster stays as healthy as it was.
      all_ready = all_ready && (pod_is_ready(*pod) || is_fenced(name));
      bool const ended =
          get_string(*pod, "status.phase") == "Failed" || get_string(*pod, "status.phase") == "Succeeded";
      if (ended && !is_deleted(*pod)) (void)store_.remove(kube::pod_type, ns_, name);
      continue;
    }
    all_ready = false;
    if (kube::annotation_of(claim, claim_status_annotation) == "initializing") continue;
    // A replica cannot rewind or stream before its primary runs.
    if (name != primary && !primary_serves) continue;
    created = store_.create(kube::pod_type, make_pod(cluster_, serial_of(claim))).has_value() || created;
  }
  // One that is scaled down is waited for to its end.
  all_ready = all_ready && resources_.pods.size() <= resources_.claims.size();
  if (all_ready) return Next::go_on;
  if (created) {
    resources_.pods = resources_of(store_, cluster_).pods;
    write_resource_status(store_, cluster_, resources_);
  }
  set_phase(store_, cluster_, phase::waiting_for_instances,
            "Some instances are not yet active. Please wait.");
  return Next::wait;
}

ClusterReconciler::Next ClusterReconciler::scale() {
  auto const wanted = static_cast<std::size_t>(get_int(cluster_, "spec.instances", 1));
  if (resources_.claims.size() > wanted) return remove_instance();
  if (resources_.claims.size() == wanted) return Next::go_on;
  bool const all_ready = std::ranges::all_of(resources_.claims, [this](auto const& claim) {
    auto const* pod = resources_.pod(kube::name_of(claim));
    return pod != nullptr && pod_is_ready(*pod);
  });
  return all_ready ? create_instance() : Next::go_on;
}

/// Objects only: what the instances said a moment ago still holds.
void ClusterReconciler::look_at_objects() {
  auto instances = std::move(resources_.instances);
  resources_ = resources_of(store_, cluster_);
  resources_.instances = std::move(instances);
}

ClusterReconciler::Next ClusterReconciler::create_instance() {
  int const serial = first_free_serial(resources_.claims);
  std::string const instance = fmt::format("{}-{}", name_, serial);
  bool const first = resources_.claims.empty() && current().empty();
  std::string const role = first ? bootstrap_role(cluster_) : "join";
  if (!store_.create(kube::volume_claim_type, make_claim(cluster_, serial))) return Next::wait;
  if (first) {
    event("Normal", "CreatingInstance",
          role == "initdb" ? "Primary instance (initdb)" : "Primary instance (from backup)");
    set_target(instance);
    set_phase(store_, cluster_, phase::setting_up_primary, "Creating primary instance " + instance);
  } else {
    event("Normal", "CreatingInstance", "Creating instance " + instance);
    set_phase(store_, cluster_, phase::creating_replica, "Creating replica " + instance + "-join");
  }
  look_at_objects();
  if (!refresh()) return Next::wait;
  if (!write_files()) {
    // Without them the job cannot run; CNPG's webhook or plugin would have refused the Cluster.
    (void)store_.remove(kube::volume_claim_type, ns_, instance);
    set_phase(store_, cluster_, phase::invalid, "The recovery's source cannot be found");
    return Next::wait;
  }
  (void)store_.create(kube::job_type, make_job(cluster_, serial, role));
  look_at_objects();
  write_resource_status(store_, cluster_, resources_);
  return Next::wait;
}

/// The instance with the highest serial that is not the primary; its volume goes when its pod has ended.
ClusterReconciler::Next ClusterReconciler::remove_instance() {
  auto const& claims = resources_.claims;
  auto const found = std::find_if(claims.rbegin(), claims.rend(), [this](auto const& claim) {
    return kube::name_of(claim) != current() && kube::name_of(claim) != target();
  });
  if (found == claims.rend()) return Next::go_on;
  std::string const instance = kube::name_of(*found);
  event("Normal", "ScaleDown", "Scaling down - removing instance: " + instance);
  sql_.forget(instance);
  // Protected by its finalizer until the pod has ended.
  (void)store_.remove(kube::volume_claim_type, ns_, instance);
  if (resources_.pod(instance) != nullptr) (void)store_.remove(kube::pod_type, ns_, instance);
  set_phase(store_, cluster_, phase::waiting_for_instances,
            "Some instances are not yet active. Please wait.");
  return Next::wait;
}

/// All instances are ready: healthy, and the jobs are not needed any more.
void ClusterReconciler::finish() {
  set_phase(store_, cluster_, phase::healthy);
  for (auto const& job : resources_.jobs)
    (void)store_.remove(kube::job_type, ns_, kube::name_of(job), -1, "", "Foreground");
}

}  // namespace pgdrill::sandbox::cnpg
