// A backup that does not exist.
#include "tests/conformance/framework/chapter.hpp"
#include "tests/conformance/framework/recovery.hpp"

namespace pgdrill::conformance {
namespace {

Task<> play(Stage& stage) {
  co_await fail_to_restore(stage, "no-backup", {{"targetImmediate", true}, {"backupID", "20200101T000000"}});
}

bool const registered =
    add_chapter({.name = "unreachable-backup", .group = "recovery", .place = 75, .play = play});

}  // namespace
}  // namespace pgdrill::conformance
