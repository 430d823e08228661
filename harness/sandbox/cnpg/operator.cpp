#include "harness/sandbox/cnpg/operator.hpp"

#include <set>

#include "harness/base/scope.hpp"
#include "harness/sandbox/cnpg/backup_controller.hpp"
#include "harness/sandbox/cnpg/cluster_objects.hpp"
#include "harness/sandbox/cnpg/cluster_reconciler.hpp"
#include "harness/sandbox/kubelet/layout.hpp"
#include "harness/sandbox/kubelet/wake.hpp"

namespace pgdrill::sandbox {
namespace {

// Objects tell of their changes themselves; PostgreSQL does not, so instances are asked in this interval.
constexpr auto instance_poll_interval = std::chrono::milliseconds(500);
constexpr auto schedule_interval = std::chrono::milliseconds(500);

using Key = std::pair<std::string, std::string>;  // namespace and name of a Cluster

struct Operator {
  Store& store;
  Kubelet& kubelet;
  Environment environment;
  std::map<Key, Wake> wakes;
  std::set<Key> changed;   ///< something happened since the worker last looked
  std::set<Key> clusters;  ///< those with a running worker
};

Monotonic after(Duration duration) { return std::chrono::steady_clock::now() + duration; }

Task<> work_on_backups(Operator& all, Key key) {
  while (all.clusters.contains(key)) {
    co_await cnpg::reconcile_backups(all.store, all.kubelet, all.environment, key.first, key.second);
    co_await all.wakes[key].wait(after(instance_poll_interval));
  }
}

Task<> work_on_cluster(Operator& all, Key key) {
  auto reconciler = std::make_unique<cnpg::ClusterReconciler>(all.store, all.kubelet, all.environment,
                                                              key.first, key.second);
  while (true) {
    all.changed.erase(key);
    bool const exists = co_await reconciler->reconcile();
    if (!exists) break;
    if (!all.changed.contains(key)) co_await all.wakes[key].wait(after(instance_poll_interval));
  }
  all.clusters.erase(key);
  all.wakes[key].notify();
}

Task<> run_schedules(Operator& all) {
  while (true) {
    std::set<std::string> namespaces;
    for (auto const& scheduled : all.store.list(kube::scheduled_backup_type, "")) {
      namespaces.insert(get_string(scheduled, "metadata.namespace"));
    }
    for (auto const& ns : namespaces) cnpg::reconcile_scheduled_backups(all.store, ns, wall_now());
    co_await sleep_for(schedule_interval);
  }
}

/// The Cluster that an object belongs to; empty for what is none of ours.
std::string cluster_of(kube::ResourceType const& type, json::value const& object) {
  if (type == kube::event_type) return "";
  if (type == kube::cluster_type) return kube::name_of(object);
  if (type == kube::backup_type) return get_string(object, "spec.cluster.name");
  return kube::label_of(object, cnpg::cluster_label);
}

void ensure_worker(Operator& all, Scope& scope, Key const& key) {
  if (!all.store.get(kube::cluster_type, key.first, key.second)) return;
  if (!all.clusters.insert(key).second) return;
  std::string const text = key.first + "/" + key.second;
  scope.spawn("cluster " + text, work_on_cluster(all, key));
  scope.spawn("backups of " + text, work_on_backups(all, key));
}

Task<> follow(Operator& all, Scope& scope) {
  while (true) {
    auto subscription = all.store.subscribe(all.store.version());
    for (auto const& cluster : all.store.list(kube::cluster_type, "")) {
      ensure_worker(all, scope, {get_string(cluster, "metadata.namespace"), kube::name_of(cluster)});
    }
    while (subscription) {
      auto const event = co_await (*subscription)->next();
      if (!event) break;  // too far behind: start again from what is there
      std::string const name = cluster_of(event->type_of_object, event->object);
      if (name.empty()) continue;
      Key const key{get_string(event->object, "metadata.namespace"), name};
      ensure_worker(all, scope, key);
      all.changed.insert(key);
      all.wakes[key].notify();
    }
  }
}

}  // namespace

Task<> run_cnpg(Store& store, Kubelet& kubelet, Environment environment) {
  Operator all{.store = store,
               .kubelet = kubelet,
               .environment = std::move(environment),
               .wakes = {},
               .changed = {},
               .clusters = {}};
  auto const made = make_directory(all.environment, all.environment.object_store(), 0755);
  if (!made) throw std::runtime_error(describe(made.error()));
  Scope scope(co_await asio::this_coro::executor);
  scope.spawn("scheduled backups", run_schedules(all));
  scope.spawn("cluster events", follow(all, scope));
  co_await scope.join();
}

}  // namespace pgdrill::sandbox
