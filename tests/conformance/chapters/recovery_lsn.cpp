// Point-in-time recovery by targetLSN.
#include "tests/conformance/framework/chapter.hpp"
#include "tests/conformance/framework/recovery.hpp"

namespace pgdrill::conformance {
namespace {

Task<> play(Stage& stage) { co_await restore_and_look(stage, "to-lsn", {{"targetLSN", targets().lsn}}); }

bool const registered = add_chapter({.name = "recovery-lsn", .group = "recovery", .place = 20, .play = play});

}  // namespace
}  // namespace pgdrill::conformance
