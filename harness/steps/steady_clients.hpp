// Waits until clients are served rightly again: the RTO ends with an unbroken right stretch, so one has to be
// seen.
#pragma once
#include "harness/engine/context.hpp"
#include "harness/steps/waiting.hpp"

namespace pgdrill::steps {

/// The clients that all probes play, by their answers since the run began: one whose last answer failed and
/// whose next call is still on its way is not served.
class SteadyClients {
 public:
  /// A stretch begins at the making of this at the earliest.
  explicit SteadyClients(engine::RunContext& context);

  /// Ends when every class of every probe's calls was answered rightly at last and none has been otherwise
  /// for `stretch`, or at `end`. Returns whether they were steady.
  [[nodiscard]] Task<bool> wait(Duration stretch, Monotonic end) const;

 private:
  [[nodiscard]] bool steady(std::int64_t stretch_ns) const;
  engine::RunContext& context_;
  std::int64_t began_ns_;
};

}  // namespace pgdrill::steps
