// Work that nobody's cancellation reaches: undo.
#pragma once
#include "harness/base/task.hpp"

namespace pgdrill::engine {

/// Runs `work` to its end even when the caller is cancelled already or meanwhile; the caller's own
/// cancellation is kept and throws at its next wait. Give the work a deadline of its own.
[[nodiscard]] Task<> shielded(Task<> work);

}  // namespace pgdrill::engine
