// A cluster of two instances that archives: from the request to health.
#include "tests/conformance/framework/chapter.hpp"
#include "tests/conformance/framework/manifests.hpp"

namespace pgdrill::conformance {
namespace {

Task<> play(Stage& stage) {
  co_await stage.create(kube::secret_type, store_secret(stage.setting()));
  co_await stage.create(kube::cluster_type, cluster(stage, "orders", 2));
  co_await stage.until_healthy("orders");
}

bool const registered = add_chapter({.name = "create", .group = "life", .place = 10, .play = play});

}  // namespace
}  // namespace pgdrill::conformance
