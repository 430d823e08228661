// The primary is fenced and let free again.
#include "tests/conformance/framework/chapter.hpp"

namespace pgdrill::conformance {
namespace {

Task<> annotate(Stage& stage, json::value value) {
  co_await stage.merge(kube::cluster_type, "orders",
                       {{"metadata", {{"annotations", {{"cnpg.io/fencedInstances", std::move(value)}}}}}});
}

Task<> until_ready(Stage& stage, std::string pod, std::string ready) {
  Stage::Condition holds = [ready](json::value const* object) {
    auto const* condition = object == nullptr ? nullptr : kube::condition_of(*object, "Ready");
    return condition != nullptr && get_string(*condition, "status") == ready;
  };
  (void)co_await stage.until(kube::pod_type, pod, pod + " with Ready=" + ready, std::move(holds));
}

Task<> play(Stage& stage) {
  std::string const primary = co_await stage.primary_of("orders");
  co_await annotate(stage, json::value("[\"" + primary + "\"]"));
  co_await until_ready(stage, primary, "False");
  co_await annotate(stage, nullptr);
  co_await until_ready(stage, primary, "True");
  Stage::Condition whole = [](json::value const* object) {
    return object != nullptr && get_int(*object, "status.readyInstances") == 2 &&
           get_string(*object, "status.phase") == "Cluster in healthy state";
  };
  (void)co_await stage.until(kube::cluster_type, "orders", "both instances", std::move(whole));
}

bool const registered = add_chapter({.name = "fencing", .group = "life", .place = 60, .play = play});

}  // namespace
}  // namespace pgdrill::conformance
