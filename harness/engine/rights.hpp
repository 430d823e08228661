// What a scenario may do in RBAC terms: the rules that its parts declare, as the Role that grants exactly
// them (https://kubernetes.io/docs/reference/access-authn-authz/rbac/).
#pragma once
#include <string>
#include <vector>

#include "harness/base/json.hpp"
#include "harness/engine/permissions.hpp"
#include "harness/scenario/scenario.hpp"

namespace pgdrill::engine {

/// The Secret with the authority that a probe checks the server's certificate against, by its parameters tls
/// and authority; empty: it checks none.
[[nodiscard]] std::string authority_of(scenario::Target const& target, scenario::ProbeSpec const& probe);

/// The rules of every run and of each step, fault, condition and probe of the scenario, merged; for named
/// objects where the scenario tells the names.
[[nodiscard]] Permissions rights_of(scenario::Scenario const& scenario);
/// The same for everything that a scenario could name.
[[nodiscard]] Permissions rights_of_all();
/// One rule for all resources of a group that need the same verbs, sorted; the same rules always give the
/// same list.
[[nodiscard]] Permissions merged(Permissions const& rules);

/// Whom a role is for, and where.
struct RoleOptions {
  std::string ns;                    ///< empty: left out, for kubectl -n
  std::string name = "pgdrill";      ///< of Role, RoleBinding and, without `service_account`, ServiceAccount
  std::string service_account = {};  ///< an existing one; empty: one is made
};

/// ServiceAccount (unless it exists), Role and RoleBinding; a ClusterRole and its binding as well when a rule
/// is about a resource without a namespace. Reading a Namespace by its name is a request inside it: a Role
/// suffices.
[[nodiscard]] std::vector<json::object> role_objects(Permissions const& rules, RoleOptions const& options);
/// The Role alone.
[[nodiscard]] json::object role_object(Permissions const& rules, RoleOptions const& options);

}  // namespace pgdrill::engine
