// Calls on a fixed schedule that no hanging call delays.
#pragma once
#include <functional>

#include "probes/sampling.hpp"

namespace pgdrill::probes {

/// One class of calls of a probe.
struct CallClass {
  std::string name;
  Duration every;
  Duration deadline;                                 ///< what `call` takes at most
  std::function<std::unique_ptr<Link>()> make_link;  ///< for each call that runs at the same time
  std::function<Task<Outcome>(Link&)> call;          ///< nobody else uses the link meanwhile
};

/// Makes the calls until it is cancelled, and writes their samples. While a call hangs, the next ones go out
/// on connections of their own: the end of an outage is seen within one interval, or within
/// deadline / `most_at_once` where that is longer. What falls due meanwhile shares the fate of the call that
/// ends next (`waited` in its sample). Few at a time, and not at once: to a server that is merely slow each
/// further connection is a load that makes it slower, until no call ever ends in time.
[[nodiscard]] Task<> call_on_schedule(engine::RunContext& context, std::string probe, CallClass call_class);

/// Links by the way of a probe (way_of). `context` must outlive them.
[[nodiscard]] std::function<std::unique_ptr<Link>()> link_maker(engine::RunContext& context,
                                                                scenario::ProbeSpec const& spec,
                                                                Duration lifetime);

inline constexpr std::size_t most_at_once = 3;

}  // namespace pgdrill::probes
