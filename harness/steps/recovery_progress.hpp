// Follows a recovery by the pods of its job and their logs.
#pragma once
#include "harness/steps/waiting.hpp"

namespace pgdrill::steps {

/// Writes the marks recovery-started, base-restored, replay-started, replay-stopped and promoted as the
/// recovery comes to them; ends when a recovery pod has succeeded. A pod that fails for a cause that another
/// attempt would meet as well ends it with what its log tells, since the Job's retries hide it for minutes.
/// Where the next pod may succeed (the store was away, the cause is unknown), the failure is marked
/// (recovery-pod-failed) and that pod followed, until the time is over: then the first failure is the error.
/// A pod that somebody deletes is followed by the next one. What the logs told is the step's witness.
[[nodiscard]] Task<Result<>> follow_recovery(engine::RunContext& context, std::string step,
                                             std::string cluster, TimeLeft time);

}  // namespace pgdrill::steps
