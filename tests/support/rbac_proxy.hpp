// An API server's RBAC in front of one that has none: it passes on what the rules of a Role allow, answers
// the rest as Kubernetes does, and notes which rules were used.
#pragma once
#include <filesystem>
#include <memory>
#include <set>
#include <string>
#include <vector>

#include "harness/kube/kubeconfig.hpp"

namespace pgdrill::test {

/// One rule of a Role (https://kubernetes.io/docs/reference/access-authn-authz/rbac/).
struct RbacRule {
  std::vector<std::string> groups;
  std::vector<std::string> resources;
  std::vector<std::string> names;  ///< empty: all
  std::vector<std::string> verbs;
};

/// The rules of a Role's manifest.
[[nodiscard]] std::vector<RbacRule> rules_of(std::filesystem::path const& manifest);

/// "get pods/log", "create clusters.postgresql.cnpg.io": how a right is written here.
[[nodiscard]] std::set<std::string> rights_of(std::vector<RbacRule> const& rules);

struct RbacProxyState;

class RbacProxy {
 public:
  /// Listens on loopback, without TLS, until it is destroyed. All rules hold in the namespace alone.
  RbacProxy(std::string const& kubeconfig, std::vector<RbacRule> rules, std::string ns);
  ~RbacProxy();
  RbacProxy(RbacProxy const&) = delete;
  RbacProxy& operator=(RbacProxy const&) = delete;

  /// Writes a kubeconfig that leads here.
  void write_kubeconfig(std::filesystem::path const& file) const;
  [[nodiscard]] std::set<std::string> used() const;        ///< rights, as in rights_of
  [[nodiscard]] std::vector<std::string> refused() const;  ///< requests: "get secrets other in develop"

 private:
  std::unique_ptr<RbacProxyState> state_;
};

}  // namespace pgdrill::test
