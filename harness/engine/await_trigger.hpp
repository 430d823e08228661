// Waiting for a trigger, with the times that tell its error.
#pragma once
#include "harness/engine/registry.hpp"

namespace pgdrill::engine {

/// When a condition came to hold, as it was seen. Times in ns since the start of the run.
struct Fired {
  std::int64_t condition_ns = 0;           ///< the first observation by which it held
  std::optional<std::int64_t> unmet_ns{};  ///< the last one by which it did not; none: it held from the start
  std::string at;                          ///< the source's own clock, when it told it
  json::value observed;
};

/// Waits until it holds. Errors: those of its feed; internal for an unknown kind.
[[nodiscard]] Task<Result<Fired>> await_trigger(RunContext& context, scenario::TriggerSpec const& spec,
                                                std::vector<Entry<Trigger>> const& triggers);
/// "recovery-stage stage=replay-started": for people and the journal.
[[nodiscard]] std::string trigger_text(scenario::TriggerSpec const& spec);

}  // namespace pgdrill::engine
