// What RBAC refused, read out of the API server's message, and the rule that would allow it
// (https://kubernetes.io/docs/reference/access-authn-authz/rbac/).
#pragma once
#include <optional>
#include <string>
#include <string_view>

namespace pgdrill::kube {

struct Forbidden {
  std::string user;
  std::string verb;
  std::string resource;  ///< with subresource: "pods/exec"
  std::string group;     ///< empty for the core group
  std::string ns;        ///< empty at the cluster scope
};

/// Reads 'User "U" cannot get resource "R" in API group "G" in the namespace "N"' (or 'at the cluster scope').
/// Nothing when the message says something else: quota, admission and webhooks refuse with 403 as well.
[[nodiscard]] std::optional<Forbidden> parse_forbidden(std::string_view message);

/// What the user can do about a 403 with that message.
[[nodiscard]] std::string advice_for_forbidden(std::string_view message);

}  // namespace pgdrill::kube
