// A replica is made primary by status.targetPrimary, as kubectl cnpg promote does.
#include "tests/conformance/framework/chapter.hpp"

namespace pgdrill::conformance {
namespace {

Task<> play(Stage& stage) {
  std::string const old = co_await stage.primary_of("orders");
  std::string const next = old == "orders-1" ? "orders-2" : "orders-1";
  co_await stage.merge(
      kube::cluster_type, "orders",
      {{"status", {{"targetPrimary", next}, {"targetPrimaryTimestamp", format_rfc3339(wall_now())}}}},
      "status");
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
