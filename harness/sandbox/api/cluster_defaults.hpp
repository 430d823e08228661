// What CloudNativePG's resource definition and mutating webhook fill into a Cluster, as seen with 1.28.
#pragma once
#include <map>
#include <string>

#include "harness/kube/resource.hpp"

namespace pgdrill::sandbox {

void default_cluster(kube::Object& cluster);

/// The parameters of PostgreSQL among them; those that the user may not choose stand there with the one value
/// that is accepted.
[[nodiscard]] std::map<std::string, std::string> const& default_parameters();

}  // namespace pgdrill::sandbox
