// Follows a recovery by the pods of its job and their logs.
#pragma once
#include "harness/steps/waiting.hpp"

namespace pgdrill::steps {

/// Writes the marks recovery-started, base-restored, replay-started, replay-stopped and promoted as the
/// recovery comes to them; ends when a recovery pod has succeeded. The first pod that fails by itself ends it
/// with the cause that its log tells, since retries hide it for minutes. A pod that somebody deletes is
/// followed by the next one.
[[nodiscard]] Task<Result<>> follow_recovery(engine::RunContext& context, std::string step,
                                             std::string cluster, TimeLeft time);

}  // namespace pgdrill::steps
