// A recovery target before the first backup.
#include "tests/conformance/framework/chapter.hpp"
#include "tests/conformance/framework/recovery.hpp"

namespace pgdrill::conformance {
namespace {

Task<> play(Stage& stage) {
  co_await fail_to_restore(stage, "no-past", {{"targetTime", "2020-01-01 00:00:00+00:00"}});
}

bool const registered =
    add_chapter({.name = "unreachable-past", .group = "recovery", .place = 71, .play = play});

}  // namespace
}  // namespace pgdrill::conformance
