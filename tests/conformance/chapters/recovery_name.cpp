// Point-in-time recovery by targetName.
#include "tests/conformance/framework/chapter.hpp"
#include "tests/conformance/framework/recovery.hpp"

namespace pgdrill::conformance {
namespace {

Task<> play(Stage& stage) {
  co_await restore_and_look(stage, "to-name",
                            {{"targetName", targets().name}, {"backupID", targets().backup_id}});
}

bool const registered =
    add_chapter({.name = "recovery-name", .group = "recovery", .place = 30, .play = play});

}  // namespace
}  // namespace pgdrill::conformance
