// Recovery to the end of the base backup.
#include "tests/conformance/framework/chapter.hpp"
#include "tests/conformance/framework/recovery.hpp"

namespace pgdrill::conformance {
namespace {

Task<> play(Stage& stage) {
  co_await restore_and_look(stage, "to-backup",
                            {{"targetImmediate", true}, {"backupID", targets().backup_id}});
}

bool const registered =
    add_chapter({.name = "recovery-immediate", .group = "recovery", .place = 50, .play = play});

}  // namespace
}  // namespace pgdrill::conformance
