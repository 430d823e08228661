// The cluster whose archiving is broken; not compared, the chapter create is.
#include "tests/conformance/framework/chapter.hpp"
#include "tests/conformance/framework/manifests.hpp"

namespace pgdrill::conformance {
namespace {

Task<> play(Stage& stage) {
  kube::Object secret = store_secret(stage.setting());
  // Without this label the operator does not look at the Secret again.
  set(secret, "metadata.labels", json::object{{"cnpg.io/reload", "true"}});
  co_await stage.create(kube::secret_type, std::move(secret));
  co_await stage.create(kube::cluster_type, cluster(stage, "orders", 1));
  co_await stage.until_healthy("orders");
}

bool const registered =
    add_chapter({.name = "archive-origin", .group = "archive", .place = 0, .play = play, .compared = false});

}  // namespace
}  // namespace pgdrill::conformance
