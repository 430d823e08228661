// RBAC rules that several declarations share, by what is done with them.
#pragma once
#include <vector>

#include "harness/scenario/catalogue.hpp"

namespace pgdrill::engine {

using Permissions = std::vector<scenario::Permission>;

/// cnpg::DatabaseAccess::superuser: psql in the primary's pod.
[[nodiscard]] Permissions superuser_permissions();
/// cnpg::DatabaseAccess::reach: a forward through a Service, with a Secret.
[[nodiscard]] Permissions database_permissions();
/// What Flux is asked for, and watched by.
[[nodiscard]] Permissions flux_permissions();
/// One list of several, each rule once.
[[nodiscard]] Permissions together(std::vector<Permissions> const& parts);

}  // namespace pgdrill::engine
