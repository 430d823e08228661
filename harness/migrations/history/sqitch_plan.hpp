// sqitch.plan: https://sqitch.org/docs/manual/sqitch-plan/
#pragma once
#include <vector>

#include "harness/migrations/history/tool.hpp"

namespace pgdrill::migrations {

/// The changes of all sqitch.plan files, in their order; a reworked change's second occurrence is "name#2".
/// The checksum is the SHA-1 of the deploy script; empty for a change that was reworked later or has no
/// script.
[[nodiscard]] std::vector<MigrationFile> sqitch_changes(std::vector<SourceFile> const& sources);

}  // namespace pgdrill::migrations
