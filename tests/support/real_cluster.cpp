#include "tests/support/real_cluster.hpp"

#include <cstdlib>

#include "tests/support/time_limit.hpp"

namespace pgdrill::test {

namespace {

std::string variable(char const* name) {
  char const* const value = std::getenv(name);
  return value == nullptr ? "" : value;
}

std::vector<std::string> joined(std::vector<std::string> first, std::vector<std::string> const& second) {
  first.insert(first.end(), second.begin(), second.end());
  return first;
}

}  // namespace

std::string RealCluster::missing() {
  for (char const* const name : {"PGDRILL_TEST_CLUSTER", "PGDRILL_TEST_KUBECONFIG"})
    if (variable(name).empty()) return std::string("no real cluster: ") + name + " is not set";
  return time_is_over() ? time_over : "";
}

RealCluster::RealCluster()
    : scripts_(variable("PGDRILL_TEST_CLUSTER")), kubeconfig_(variable("PGDRILL_TEST_KUBECONFIG")) {}

CommandResult RealCluster::kubectl(std::vector<std::string> arguments) const {
  return run(joined({"kubectl", "--kubeconfig", kubeconfig_}, arguments));
}

json::value RealCluster::get(std::string const& ns, std::string const& kind, std::string const& name) const {
  CommandResult const result = kubectl({"get", kind, name, "-n", ns, "-o", "json"});
  return result.exit_code == 0 ? parse_json(result.out).value_or(nullptr) : json::value(nullptr);
}

CommandResult RealCluster::pgdrill(std::vector<std::string> arguments) const {
  return run(joined({PGDRILL_BINARY}, joined(std::move(arguments), {"--kubeconfig", kubeconfig_})));
}

CommandResult RealCluster::script(std::string const& name, std::vector<std::string> arguments,
                                  std::vector<std::string> environment) const {
  return run(joined({"env"}, joined(std::move(environment), joined({scripts_ + "/" + name}, arguments))));
}

CommandResult RealCluster::demo(std::string const& ns, std::string const& method) const {
  return script("demo", {ns}, {"METHOD=" + method});
}

std::string leftovers(RealCluster const& cluster, std::string const& ns) {
  std::string left =
      cluster
          .kubectl({"get",
                    "clusters.postgresql.cnpg.io,backups.postgresql.cnpg.io,jobs,configmaps,services,leases",
                    "-n", ns, "-l", "pgdrill.io/run", "-o", "name"})
          .out;
  json::value const orders = cluster.get(ns, "clusters.postgresql.cnpg.io", "orders");
  left += cluster
              .kubectl({"exec", "-n", ns, get_string(orders, "status.currentPrimary"), "-c", "postgres", "--",
                        "psql", "-XAt", "-d", "app", "-c",
                        "SELECT nspname FROM pg_namespace WHERE nspname = 'pgdrill'"})
              .out;
  json::value const service = cluster.get(ns, "service", "orders-db");
  json::value const* const selected = member(find(service, "spec.selector"), "cnpg.io/cluster");
  if (selected == nullptr || *selected != "orders") left += "service orders-db is cut over";
  return left;
}

}  // namespace pgdrill::test
