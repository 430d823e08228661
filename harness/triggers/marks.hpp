// Marks of the run as observations.
#pragma once
#include "harness/triggers/feeds.hpp"

namespace pgdrill::triggers {

/// {name, at?} for each mark: first those that were written already, then each as it is written.
[[nodiscard]] Task<Result<>> feed_marks(engine::RunContext& context, engine::Look look);

}  // namespace pgdrill::triggers
