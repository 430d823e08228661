// A restore point that does not exist.
#include "tests/conformance/framework/chapter.hpp"
#include "tests/conformance/framework/recovery.hpp"

namespace pgdrill::conformance {
namespace {

Task<> play(Stage& stage) {
  co_await fail_to_restore(stage, "no-name", {{"targetName", "nowhere"}, {"backupID", targets().backup_id}});
}

bool const registered =
    add_chapter({.name = "unreachable-name", .group = "recovery", .place = 73, .play = play});

}  // namespace
}  // namespace pgdrill::conformance
