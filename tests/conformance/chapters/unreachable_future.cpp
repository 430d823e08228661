// A recovery target that the archive does not reach in time.
#include "tests/conformance/framework/chapter.hpp"
#include "tests/conformance/framework/recovery.hpp"

namespace pgdrill::conformance {
namespace {

Task<> play(Stage& stage) {
  co_await fail_to_restore(stage, "no-future", {{"targetTime", "2030-01-01 00:00:00+00:00"}});
}

bool const registered =
    add_chapter({.name = "unreachable-future", .group = "recovery", .place = 70, .play = play});

}  // namespace
}  // namespace pgdrill::conformance
