// One replica more, then one less.
#include "tests/conformance/framework/chapter.hpp"

namespace pgdrill::conformance {
namespace {

Task<> to(Stage& stage, int instances) {
  co_await stage.merge(kube::cluster_type, "orders", {{"spec", {{"instances", instances}}}});
  Stage::Condition holds = [instances](json::value const* object) {
    return object != nullptr && get_int(*object, "status.readyInstances") == instances &&
           get_int(*object, "status.instances") == instances &&
           get_string(*object, "status.phase") == "Cluster in healthy state";
  };
  (void)co_await stage.until(kube::cluster_type, "orders", "the other number of instances", std::move(holds));
}

Task<> play(Stage& stage) {
  co_await to(stage, 3);
  co_await to(stage, 2);
}

bool const registered = add_chapter({.name = "scale", .group = "life", .place = 30, .play = play});

}  // namespace
}  // namespace pgdrill::conformance
