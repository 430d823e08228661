// Failover and switchover.
#include <algorithm>

#include "harness/sandbox/cnpg/cluster_objects.hpp"
#include "harness/sandbox/cnpg/cluster_reconciler.hpp"

namespace pgdrill::sandbox::cnpg {
namespace {

constexpr std::string_view pending = "pending";  // CNPG's PendingFailoverMarker
constexpr auto poll_interval = std::chrono::milliseconds(100);
constexpr auto receivers_limit = std::chrono::seconds(30);
constexpr auto promotion_limit = std::chrono::seconds(65);

std::string restarts_of(json::value const& pod) {
  auto const* containers = find(pod, "status.containerStatuses");
  if (containers == nullptr || containers->as_array().empty()) return "0";
  return std::to_string(get_int(containers->as_array().front(), "restartCount"));
}

}  // namespace

bool ClusterReconciler::primary_is_failing() {
  std::string const primary = current();
  auto const* pod = resources_.pod(primary);
  std::string const fenced = kube::annotation_of(cluster_, fenced_annotation);
  bool const gone = pod == nullptr || is_deleted(*pod);
  bool const reachable = resources_.instance(primary).reachable;
  std::string const incarnation = gone ? "" : kube::uid_of(*pod) + "/" + restarts_of(*pod);
  if (!fenced.empty()) {
    fenced_incarnation_ = incarnation;
    return false;  // a fenced primary is stopped on purpose
  }
  if (gone) return true;
  // Let free again it needs a moment to start, in which its manager says that it might be unavailable.
  if (pod_is_ready(*pod) || incarnation != fenced_incarnation_) fenced_incarnation_.clear();
  return !pod_is_ready(*pod) && !reachable && fenced_incarnation_.empty();
}

Task<ClusterReconciler::Next> ClusterReconciler::handle_primary_change() {
  if (current().empty()) co_return Next::go_on;
  // Also goes on with what an earlier reconciliation had to leave.
  if (target() != current() && target() != pending) co_return co_await switch_over();
  if (target() == current() && !primary_is_failing()) {
    failing_since_.reset();
    co_return Next::go_on;
  }
  auto const now = std::chrono::steady_clock::now();
  if (!failing_since_) failing_since_ = now;
  auto const delay = std::chrono::seconds(get_int(cluster_, "spec.failoverDelay"));
  if (delay.count() > 0 && now < *failing_since_ + delay) {
    modify_status([](kube::Object& object) {
      if (find(object, "status.currentPrimaryFailingSinceTimestamp") == nullptr) {
        set(object, "status.currentPrimaryFailingSinceTimestamp", json::value(format_rfc3339(wall_now())));
      }
    });
    co_return Next::wait;
  }
  co_return co_await fail_over();
}

Task<std::string> ClusterReconciler::most_advanced_replica() {
  std::string best;
  std::uint64_t best_lsn = 0;
  auto const pods = resources_of(store_, cluster_).pods;
  for (auto const& pod : pods) {
    std::string const name = kube::name_of(pod);
    if (name == current() || is_deleted(pod) || get_string(pod, "status.phase") != "Running") continue;
    InstanceStatus const status = co_await sql_.status(pod);
    if (!status.reachable || !status.recovering || (!best.empty() && status.lsn <= best_lsn)) continue;
    best = name;
    best_lsn = status.lsn;
  }
  co_return best;
}

/// What a replica's receiver still brings must be in before the replicas are compared, or the one that is
/// promoted.
Task<bool> ClusterReconciler::wait_for_receivers_down() {
  Monotonic const limit = std::chrono::steady_clock::now() + receivers_limit;
  while (std::chrono::steady_clock::now() < limit) {
    bool receiving = false;
    auto const pods = resources_of(store_, cluster_).pods;
    for (auto const& pod : pods) {
      if (kube::name_of(pod) == current() || get_string(pod, "status.phase") != "Running") continue;
      InstanceStatus const status = co_await sql_.status(pod);
      receiving = receiving || status.receiving;
    }
    if (!receiving) co_return true;
    co_await sleep_for(poll_interval);
  }
  co_return false;
}

Task<bool> ClusterReconciler::promote(std::string instance) {
  auto const pod = store_.get(kube::pod_type, ns_, instance);
  if (!pod) co_return false;
  InstanceStatus const status = co_await sql_.status(*pod);
  if (!status.reachable) co_return false;
  if (status.recovering) {
    auto const promoted = co_await sql_.query(*pod, "SELECT pg_promote(true, 60)", promotion_limit);
    if (!promoted || promoted->scalar() != "t") co_return false;
  }
  set_current(instance);
  label_pod(*pod, "primary");
  // The former one must have lost the label before it comes back, as a replica.
  for (json::value const& other : resources_of(store_, cluster_).pods) {
    if (kube::name_of(other) != instance && kube::label_of(other, role_label) == "primary")
      label_pod(other, "replica");
  }
  // pg_rewind reads the timeline from the control file, which only a checkpoint brings up to date: the former
  // primary learns of its successor after that. Clients need not wait for it.
  auto const checkpoint = co_await sql_.query(*pod, "CHECKPOINT", promotion_limit);
  if (!checkpoint) co_return false;
  (void)write_files();
  co_return true;
}

Task<ClusterReconciler::Next> ClusterReconciler::fail_over() {
  std::string const old = current();
  std::string candidate = co_await most_advanced_replica();
  if (candidate.empty()) {
    // One that is ready and did not answer is asked again, as CNPG does before it decides anything.
    bool const silent = std::ranges::any_of(resources_.pods, [&old](json::value const& pod) {
      return kube::name_of(pod) != old && pod_is_ready(pod);
    });
    if (silent) co_return Next::wait;
    // Nobody to take over: the primary itself is started again.
    if (target() == pending) set_target(old);
    co_return Next::go_on;
  }
  if (auto const* pod = resources_.pod(old)) label_pod(*pod, "unhealthy");
  if (target() != pending) {
    event("Normal", "FailingOver", "Current primary isn't healthy, initiating a failover from " + old);
    set_phase(store_, cluster_, phase::failing_over, "Initiating a failover from " + old);
    set_target(std::string(pending));
    (void)write_files();
  }
  bool const down = co_await wait_for_receivers_down();
  if (!down) co_return Next::wait;
  candidate = co_await most_advanced_replica();
  if (candidate.empty() || !refresh()) co_return Next::wait;
  std::string const text = fmt::format("Failing over from {} to {}", old, candidate);
  event("Normal", "FailoverTarget", text);
  set_phase(store_, cluster_, phase::failing_over, text);
  set_target(candidate);
  (void)write_files();
  bool const promoted = co_await promote(candidate);
  (void)promoted;  // if not: the next reconciliation sees target and current differ, and tries again
  co_return Next::wait;
}

Task<ClusterReconciler::Next> ClusterReconciler::switch_over() {
  std::string const next = target();
  auto const pod = store_.get(kube::pod_type, ns_, next);
  InstanceStatus status;
  if (pod) status = co_await sql_.status(*pod);
  if (!status.reachable) {
    // A target that is not there, or went away: CNPG starts a failover anew.
    co_return primary_is_failing() ? co_await fail_over() : Next::wait;
  }
  auto const* old = resources_.pod(current());
  if (old != nullptr && resources_.instance(current()).reachable) {
    // Its manager has read the new target from its file and stops PostgreSQL, which sends all WAL before it
    // ends.
    json::value const copy = *old;
    for (InstanceStatus running = co_await sql_.status(copy); running.reachable;
         running = co_await sql_.status(copy)) {
      co_await sleep_for(poll_interval);
    }
  }
  bool const down = co_await wait_for_receivers_down();
  if (!down) co_return Next::wait;
  bool const promoted = co_await promote(next);
  (void)promoted;
  co_return Next::wait;
}

}  // namespace pgdrill::sandbox::cnpg
