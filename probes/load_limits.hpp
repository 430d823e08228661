// How much a digest may ask of the server: parameters that everything shares which makes one.
#pragma once
#include <mutex>

#include "probes/digest_snapshot.hpp"

namespace pgdrill::probes {

/// connections, statements_per_second, lock_timeout, prefer_replica.
[[nodiscard]] std::vector<scenario::ParameterDeclaration> load_parameters();
/// What they say; prefer_replica is for the caller, who knows the replica's Service.
[[nodiscard]] engine::LoadLimits load_limits(scenario::Parameters const& parameters);
/// The limits of a digest, all others unchanged.
void limit(DigestLimits& digest, engine::LoadLimits const& limits);

/// Gives statements their turn, so many per second, for whoever shares it.
class Pace {
 public:
  explicit Pace(double per_second) : per_second_(per_second) {}  ///< 0: no limit
  void wait();                                                   ///< blocks the thread

 private:
  double per_second_;
  std::mutex mutex_;
  Monotonic next_;
};

}  // namespace pgdrill::probes
