// Undo of what CloudNativePG mends by itself: it is undone when the Cluster is healthy again. A Cluster that
// is gone needs no mending.
#include <algorithm>

#include "harness/cnpg/cluster_view.hpp"
#include "harness/engine/undo_records.hpp"

namespace pgdrill::faults {

namespace {

constexpr Duration longest_mending = std::chrono::minutes(2);
constexpr Duration look_interval = std::chrono::milliseconds(200);

std::int64_t ready_pods(std::vector<json::value> const& pods) {
  return std::count_if(pods.begin(), pods.end(), [](json::value const& pod) {
    json::value const* const ready = kube::condition_of(pod, "Ready");
    bool const ending = find(pod, "metadata.deletionTimestamp") != nullptr;
    return !ending && ready != nullptr && get_string(*ready, "status") == "True";
  });
}

class AwaitHealthy final : public engine::UndoKind {
 public:
  Task<Result<>> undo(engine::UndoContext& context, json::object const& record) override {
    std::string const cluster = get_string(json::value(record), "cluster");
    if (cluster.empty()) {
      co_return fail(
          {.kind = ErrorKind::invalid, .what = "cannot read an undo record", .why = "it names no cluster"});
    }
    Task<Result<>> mended = await_mended(context, cluster);
    co_return co_await with_deadline(std::move(mended), longest_mending,
                                     "Cluster " + cluster + " is not healthy again");
  }

 private:
  static Task<Result<>> await_mended(engine::UndoContext& context, std::string cluster) {
    auto const well = [](json::value const* object) {
      return object == nullptr || cnpg::view_cluster(*object).healthy;
    };
    kube::ObjectRef const ref{kube::cluster_type, context.ns, cluster};
    while (true) {
      CO_TRY(json::value const object,
             co_await kube::wait_for(*context.kube, ref, well, longest_mending,
                                     "Cluster " + cluster + " is not healthy again"));
      if (!object.is_object()) co_return Result<>();
      // The status may not know yet what was broken a moment ago: its pods do.
      kube::ListOptions of_cluster;
      of_cluster.label_selector = "cnpg.io/cluster=" + cluster + ",cnpg.io/podRole=instance";
      CO_TRY(kube::ObjectList const pods,
             co_await context.kube->list(kube::pod_type, context.ns, std::move(of_cluster)));
      if (ready_pods(pods.items) >= get_int(object, "spec.instances", 1)) co_return Result<>();
      co_await sleep_for(look_interval);
    }
  }
};

engine::RegisterUndo<AwaitHealthy> const registered("await-healthy");

}  // namespace

}  // namespace pgdrill::faults
