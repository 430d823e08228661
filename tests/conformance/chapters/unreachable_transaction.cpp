// A transaction that does not exist.
#include "tests/conformance/framework/chapter.hpp"
#include "tests/conformance/framework/recovery.hpp"

namespace pgdrill::conformance {
namespace {

Task<> play(Stage& stage) {
  co_await fail_to_restore(stage, "no-transaction",
                           {{"targetXID", "4000000"}, {"backupID", targets().backup_id}});
}

bool const registered =
    add_chapter({.name = "unreachable-transaction", .group = "recovery", .place = 74, .play = play});

}  // namespace
}  // namespace pgdrill::conformance
