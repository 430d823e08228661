// The cluster is deleted; what goes with it.
#include "tests/conformance/framework/chapter.hpp"

namespace pgdrill::conformance {
namespace {

Task<> play(Stage& stage) {
  auto const pods = co_await stage.client().list(kube::pod_type, stage.ns());
  co_await stage.remove(kube::cluster_type, "orders");
  if (!pods) throw ChapterFailed(::pgdrill::describe(pods.error()));
  for (json::value const& pod : pods->items) co_await stage.until_gone(kube::pod_type, kube::name_of(pod));
  co_await stage.until_gone(kube::config_map_type, "cnpg-default-monitoring");
}

bool const registered = add_chapter({.name = "deletion", .group = "life", .place = 90, .play = play});

}  // namespace
}  // namespace pgdrill::conformance
