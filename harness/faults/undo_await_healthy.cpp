// Undo of what CloudNativePG mends by itself: it is undone when the Cluster is healthy again. A Cluster that
// is gone needs no mending.
#include "harness/cnpg/cluster_view.hpp"
#include "harness/engine/undo_records.hpp"

namespace pgdrill::faults {

namespace {

constexpr Duration longest_mending = std::chrono::minutes(2);

class AwaitHealthy final : public engine::UndoKind {
 public:
  Task<Result<>> undo(engine::UndoContext& context, json::object const& record) override {
    std::string const cluster = get_string(json::value(record), "cluster");
    if (cluster.empty()) {
      co_return fail(
          {.kind = ErrorKind::invalid, .what = "cannot read an undo record", .why = "it names no cluster"});
    }
    auto const well = [](json::value const* object) {
      return object == nullptr || cnpg::view_cluster(*object).healthy;
    };
    CO_TRY_VOID(co_await kube::wait_for(*context.kube, {kube::cluster_type, context.ns, cluster}, well,
                                        longest_mending, "Cluster " + cluster + " is not healthy again"));
    co_return Result<>();
  }
};

engine::RegisterUndo<AwaitHealthy> const registered("await-healthy");

}  // namespace

}  // namespace pgdrill::faults
