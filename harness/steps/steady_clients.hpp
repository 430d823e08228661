// Waits until clients are served rightly again: the RTO ends with an unbroken right stretch, so one has to be
// seen.
#pragma once
#include <memory>

#include "harness/engine/journal.hpp"
#include "harness/steps/waiting.hpp"

namespace pgdrill::steps {

/// Looks at the samples of all probes from its making on.
class SteadyClients {
 public:
  explicit SteadyClients(engine::Journal& journal);

  /// Ends when every series' last answer is right and none has been otherwise for `stretch`, or at `limit`.
  /// Returns whether they were steady.
  [[nodiscard]] Task<bool> wait(Duration stretch, Duration limit) const;

 private:
  struct Seen;
  std::shared_ptr<Seen> seen_;
};

}  // namespace pgdrill::steps
