// The primary's pod is deleted without grace.
#include "tests/conformance/framework/chapter.hpp"

namespace pgdrill::conformance {
namespace {

Task<> play(Stage& stage) {
  std::string const old = co_await stage.primary_of("orders");
  co_await stage.remove(kube::pod_type, old, 0);
  Stage::Condition moved = [old](json::value const* object) {
    return object != nullptr && get_string(*object, "status.currentPrimary") != old;
  };
  (void)co_await stage.until(kube::cluster_type, "orders", "another primary", std::move(moved));
  co_await stage.until_healthy("orders");
}

bool const registered = add_chapter({.name = "failover", .group = "life", .place = 40, .play = play});

}  // namespace
}  // namespace pgdrill::conformance
