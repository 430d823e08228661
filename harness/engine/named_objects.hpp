// Services and Secrets that a scenario names: a name that nobody has is told before anything is broken, and
// not by the part that comes to it first.
#pragma once
#include <string>
#include <vector>

#include "harness/engine/registry.hpp"

namespace pgdrill::engine {

struct NamedObject {
  kube::ObjectRef ref;
  std::string user;  ///< "probe heartbeat", "step cut-over", "condition query": the first that needs it
};

/// What items, conditions and probes need by their declared permissions: a Service that they read (parameter
/// service, or the target's), a Secret (parameter secret, or the target's; an authority to check against).
[[nodiscard]] std::vector<NamedObject> named_objects(scenario::Scenario const& scenario,
                                                     scenario::Catalogue const& catalogue);

/// Error not_found names all that are not there. What CloudNativePG makes with the Cluster (-rw, -app, -ca)
/// may come with a Cluster that is not there yet; what may not be read is left to whoever reads it.
[[nodiscard]] Task<Result<>> must_exist(kube::Client& client, scenario::Target target,
                                        std::vector<NamedObject> objects);

}  // namespace pgdrill::engine
