// The cluster is hibernated and woken.
#include "tests/conformance/framework/chapter.hpp"

namespace pgdrill::conformance {
namespace {

Task<> annotate(Stage& stage, std::string value) {
  co_await stage.merge(kube::cluster_type, "orders",
                       {{"metadata", {{"annotations", {{"cnpg.io/hibernation", value}}}}}});
}

Task<> play(Stage& stage) {
  co_await annotate(stage, "on");
  Stage::Condition asleep = [](json::value const* object) {
    auto const* condition = object == nullptr ? nullptr : kube::condition_of(*object, "cnpg.io/hibernation");
    return condition != nullptr && get_string(*condition, "status") == "True";
  };
  (void)co_await stage.until(kube::cluster_type, "orders", "hibernation", std::move(asleep));
  co_await annotate(stage, "off");
  Stage::Condition awake = [](json::value const* object) {
    return object != nullptr && get_int(*object, "status.readyInstances") == 2 &&
           kube::condition_of(*object, "cnpg.io/hibernation") == nullptr &&
           get_string(*object, "status.phase") == "Cluster in healthy state";
  };
  (void)co_await stage.until(kube::cluster_type, "orders", "the cluster to be awake", std::move(awake));
}

bool const registered = add_chapter({.name = "hibernation", .group = "life", .place = 70, .play = play});

}  // namespace
}  // namespace pgdrill::conformance
