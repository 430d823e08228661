// A recovery target behind the archive's end.
#include "tests/conformance/framework/chapter.hpp"
#include "tests/conformance/framework/recovery.hpp"

namespace pgdrill::conformance {
namespace {

Task<> play(Stage& stage) { co_await fail_to_restore(stage, "no-lsn", {{"targetLSN", "7/FF000000"}}); }

bool const registered =
    add_chapter({.name = "unreachable-lsn", .group = "recovery", .place = 72, .play = play});

}  // namespace
}  // namespace pgdrill::conformance
