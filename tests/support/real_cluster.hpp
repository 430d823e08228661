// The project's own one-node cluster for tests: PGDRILL_TEST_CLUSTER names the folder with its scripts
// (tests/e2e/cluster), PGDRILL_TEST_KUBECONFIG its kubeconfig. `./drill test` sets both.
#pragma once
#include "harness/base/json.hpp"
#include "tests/support/command.hpp"

namespace pgdrill::test {

class RealCluster {
 public:
  /// Why a test cannot run on it: a variable is not set, or the time for tests is over. Empty when it can. A
  /// test that cannot run is skipped, never passed.
  [[nodiscard]] static std::string missing();

  RealCluster();

  [[nodiscard]] CommandResult kubectl(std::vector<std::string> arguments) const;
  [[nodiscard]] json::value get(std::string const& ns, std::string const& kind,
                                std::string const& name) const;
  /// pgdrill VERB ARGUMENTS --kubeconfig ITS.
  [[nodiscard]] CommandResult pgdrill(std::vector<std::string> arguments) const;
  /// One of the cluster's scripts, with variables (`NAME=value`) in its environment.
  [[nodiscard]] CommandResult script(std::string const& name, std::vector<std::string> arguments,
                                     std::vector<std::string> environment = {}) const;
  /// Makes the demo in a namespace, and waits until it is healthy and backed up. `method` is native or
  /// plugin.
  [[nodiscard]] CommandResult demo(std::string const& ns, std::string const& method) const;

 private:
  std::string scripts_;
  std::string kubeconfig_;
};

/// Whatever a run left in a namespace: its labelled objects, the lease, the drill's schema, a Service that is
/// still cut over. Empty when there is nothing.
[[nodiscard]] std::string leftovers(RealCluster const& cluster, std::string const& ns);

}  // namespace pgdrill::test
