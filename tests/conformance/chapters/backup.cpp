// A base backup of the primary.
#include "tests/conformance/framework/chapter.hpp"
#include "tests/conformance/framework/manifests.hpp"

namespace pgdrill::conformance {
namespace {

Task<> play(Stage& stage) {
  co_await stage.create(kube::backup_type, backup("first", "orders"));
  co_await stage.until_phase(kube::backup_type, "first", "completed");
  Stage::Condition recoverable = [](json::value const* object) {
    return object != nullptr && !get_string(*object, "status.firstRecoverabilityPoint").empty();
  };
  (void)co_await stage.until(kube::cluster_type, "orders", "a recoverability point", std::move(recoverable));
}

bool const registered = add_chapter({.name = "backup", .group = "life", .place = 20, .play = play});

}  // namespace
}  // namespace pgdrill::conformance
