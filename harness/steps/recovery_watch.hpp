// Follows a recovering Cluster until it is healthy: its pods' logs for the stages, its status for the end.
#pragma once
#include <string>

#include "harness/cnpg/recovery_log.hpp"
#include "harness/engine/context.hpp"

namespace pgdrill::steps {

/// Writes the marks recovery-started, base-restored, replay-started, replay-stopped, promoted and
/// cluster-ready, and returns when the cluster is healthy. Fails as soon as the first recovery pod has
/// failed, with the cause from its log, since CNPG tries the same again up to six more times before its phase
/// tells.
[[nodiscard]] Task<Result<>> watch_recovery(engine::RunContext& context, std::string step,
                                            std::string cluster);

}  // namespace pgdrill::steps
