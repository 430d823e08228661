// Backup objects that a run takes itself.
#pragma once
#include "harness/cnpg/cluster_view.hpp"
#include "harness/steps/waiting.hpp"

namespace pgdrill::steps {

/// Announces the undo and creates a Backup of a Cluster on its primary; gives its name. Its files stay in the
/// object store; nothing restores from them any more when undo runs.
[[nodiscard]] Task<Result<std::string>> take_backup(engine::RunContext& context, std::string cluster);

/// Waits until a Backup has ended; error refused, with its own message, when it failed.
[[nodiscard]] Task<Result<cnpg::BackupView>> wait_completed(engine::RunContext& context, std::string name,
                                                            TimeLeft time);

}  // namespace pgdrill::steps
