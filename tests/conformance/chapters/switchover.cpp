// A replica is made primary by status.targetPrimary, as kubectl cnpg promote does.
#include "tests/conformance/framework/chapter.hpp"

namespace pgdrill::conformance {
namespace {

std::int64_t restarts_of(json::value const& pod) {
  json::value const* const statuses = find(pod, "status.containerStatuses");
  bool const none = statuses == nullptr || !statuses->is_array() || statuses->get_array().empty();
  return none ? 0 : get_int(statuses->get_array().front(), "restartCount");
}

/// The former primary comes back as a replica by a restart of its container. Until then it may still be
/// counted as the ready primary that it was.
Task<> until_restarted(Stage& stage, std::string pod, std::int64_t restarts_before) {
  Stage::Condition restarted = [restarts_before](json::value const* object) {
    auto const* const ready = object == nullptr ? nullptr : kube::condition_of(*object, "Ready");
    return ready != nullptr && get_string(*ready, "status") == "True" &&
           restarts_of(*object) > restarts_before;
  };
  (void)co_await stage.until(kube::pod_type, pod, "the former primary to have restarted",
                             std::move(restarted));
}

Task<> play(Stage& stage) {
  std::string const old = co_await stage.primary_of("orders");
  auto const before = co_await stage.client().get({kube::pod_type, stage.ns(), old});
  if (!before) throw ChapterFailed(::pgdrill::describe(before.error()));
  std::string const next = old == "orders-1" ? "orders-2" : "orders-1";
  co_await stage.merge(
      kube::cluster_type, "orders",
      {{"status", {{"targetPrimary", next}, {"targetPrimaryTimestamp", format_rfc3339(wall_now())}}}},
      "status");
  co_await until_restarted(stage, old, restarts_of(*before));
  Stage::Condition moved = [next](json::value const* object) {
    return object != nullptr && get_string(*object, "status.currentPrimary") == next &&
           get_int(*object, "status.readyInstances") == 2 &&
           get_string(*object, "status.phase") == "Cluster in healthy state";
  };
  (void)co_await stage.until(kube::cluster_type, "orders", "the new primary", std::move(moved));
}

bool const registered = add_chapter({.name = "switchover", .group = "life", .place = 50, .play = play});

}  // namespace
}  // namespace pgdrill::conformance
