#include "harness/engine/permissions.hpp"

#include <algorithm>
#include <tuple>

namespace pgdrill::engine {

Permissions superuser_permissions() {
  return {{"postgresql.cnpg.io", {"clusters"}, {"get"}}, {"", {"pods/exec"}, {"get", "create"}}};
}

Permissions database_permissions() {
  return {{"", {"secrets"}, {"get"}},
          {"", {"services"}, {"get"}},
          {"", {"pods"}, {"get", "list"}},
          {"", {"pods/portforward"}, {"get", "create"}}};
}

Permissions flux_permissions() {
  return {{"source.toolkit.fluxcd.io", {"gitrepositories"}, {"get", "list", "watch", "patch"}},
          {"kustomize.toolkit.fluxcd.io", {"kustomizations"}, {"get", "list", "watch", "patch"}}};
}

Permissions together(std::vector<Permissions> const& parts) {
  Permissions all;
  auto const key = [](scenario::Permission const& rule) {
    return std::tie(rule.group, rule.resources, rule.verbs, rule.cluster_wide);
  };
  for (Permissions const& part : parts) {
    for (scenario::Permission const& rule : part) {
      bool const known =
          std::any_of(all.begin(), all.end(), [&](auto const& one) { return key(one) == key(rule); });
      if (!known) all.push_back(rule);
    }
  }
  return all;
}

}  // namespace pgdrill::engine
