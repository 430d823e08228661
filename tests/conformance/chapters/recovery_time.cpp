// Point-in-time recovery to a time: the good transaction is in, the bad one is not.
#include "tests/conformance/framework/chapter.hpp"
#include "tests/conformance/framework/recovery.hpp"

namespace pgdrill::conformance {
namespace {

Task<> play(Stage& stage) { co_await restore_and_look(stage, "to-time", {{"targetTime", targets().time}}); }

bool const registered =
    add_chapter({.name = "recovery-time", .group = "recovery", .place = 10, .play = play});

}  // namespace
}  // namespace pgdrill::conformance
