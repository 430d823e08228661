// Point-in-time recovery by targetXID.
#include "tests/conformance/framework/chapter.hpp"
#include "tests/conformance/framework/recovery.hpp"

namespace pgdrill::conformance {
namespace {

Task<> play(Stage& stage) {
  co_await restore_and_look(stage, "to-transaction",
                            {{"targetXID", targets().transaction}, {"backupID", targets().backup_id}});
}

bool const registered =
    add_chapter({.name = "recovery-transaction", .group = "recovery", .place = 40, .play = play});

}  // namespace
}  // namespace pgdrill::conformance
