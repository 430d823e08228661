// The annotation cnpg.io/hibernation: all pods go, the volumes stay.
#include "harness/sandbox/cnpg/cluster_objects.hpp"
#include "harness/sandbox/cnpg/cluster_reconciler.hpp"

namespace pgdrill::sandbox::cnpg {
namespace {

constexpr std::string_view condition = "cnpg.io/hibernation";

}  // namespace

ClusterReconciler::Next ClusterReconciler::handle_hibernation() {
  std::string const wanted = kube::annotation_of(cluster_, hibernation_annotation);
  bool const was_hibernating = kube::condition_of(cluster_, condition) != nullptr;
  if (wanted != "on") {
    if (was_hibernating) {
      modify_status([](kube::Object& object) {
        auto& conditions = object["status"].as_object()["conditions"].as_array();
        for (auto it = conditions.begin(); it != conditions.end(); ++it) {
          if (get_string(*it, "type") != condition) continue;
          conditions.erase(it);
          break;
        }
      });
    }
    return Next::go_on;
  }
  if (!was_hibernating && get_string(cluster_, "status.phase") != phase::healthy) return Next::go_on;
  auto const report = [this](bool done, std::string_view reason, std::string const& message) {
    modify_status([=](kube::Object& object) { set_condition(object, condition, done, reason, message); });
  };
  if (resources_.pods.empty()) {
    report(true, "Hibernated", "Cluster has been hibernated");
    return Next::wait;
  }
  // The primary first, then the replicas, each when the former has gone.
  auto const* next = resources_.pod(current());
  if (next == nullptr) next = &resources_.pods.front();
  if (is_deleted(*next)) {
    report(false, "WaitingPodsDeletion", "Waiting for " + kube::name_of(*next) + " to be deleted");
    return Next::wait;
  }
  report(false, "DeletingPods", "Hibernation is in progress");
  std::string const pod = kube::name_of(*next);
  sql_.forget(pod);
  (void)store_.remove(kube::pod_type, ns_, pod);
  return Next::wait;
}

}  // namespace pgdrill::sandbox::cnpg
