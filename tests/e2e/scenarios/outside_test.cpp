// Every shipped scenario and every negative control on real CloudNativePG and real Flux, from outside the
// cluster (through port-forward): the verdicts must be those of the sandbox.
#include <gmock/gmock.h>

#include "harness/base/files.hpp"
#include "tests/support/expected_verdicts.hpp"
#include "tests/support/real_cluster.hpp"

namespace pgdrill::test {
namespace {

/// How the demo's Cluster archives.
class Outside : public testing::TestWithParam<ExpectedVerdict> {
 protected:
  void SetUp() override {
    if (!RealCluster::available()) GTEST_SKIP() << "no real cluster: PGDRILL_TEST_CLUSTER is not set";
  }

  /// Runs the scenario in the namespace and compares what it comes to.
  void run_scenario(std::string const& ns, std::string const& method) {
    CommandResult const demo = cluster_.demo(ns, method);
    ASSERT_EQ(demo.exit_code, 0) << demo.out << demo.err;
    std::string const evidence = (directory_.path() / "evidence").string();
    // A slow machine is no reason for another verdict: what is compared is not how fast it is.
    std::vector<std::string> command{
        "run", PGDRILL_SOURCE_DIR "/" + GetParam().scenario, "-n", ns, "--evidence", evidence};
    if (GetParam().rto_limited) command.insert(command.end(), {"--var", "rto=240s"});
    CommandResult const result = cluster_.pgdrill(command);
    EXPECT_EQ(result.exit_code, GetParam().exit_code) << result.out << result.err;
    json::value const verdict =
        parse_json(read_file(evidence + "/verdict.json").value_or(""), "verdict.json").value_or(nullptr);
    EXPECT_EQ(get_string(verdict, "decision"), GetParam().decision);
    if (!GetParam().objective.empty()) EXPECT_EQ(status_of(verdict, GetParam().objective), "missed");
    EXPECT_EQ(leftovers(cluster_, ns), "");
  }

  RealCluster cluster_;
  TemporaryDirectory directory_;

 private:
  static std::string status_of(json::value const& verdict, std::string_view name) {
    json::value const* const objectives = find(verdict, "objectives");
    if (objectives == nullptr) return "(no verdict)";
    for (json::value const& entry : objectives->as_array()) {
      if (get_string(entry, "name") == name) return get_string(entry, "status");
    }
    return "(missing)";
  }
};

TEST_P(Outside, NativeArchivingComesToTheSandboxsVerdict) { run_scenario("develop", "native"); }

class ByPlugin : public Outside {};

TEST_P(ByPlugin, ComesToTheSandboxsVerdict) { run_scenario("by-plugin", "plugin"); }

INSTANTIATE_TEST_SUITE_P(Scenarios, Outside, testing::ValuesIn(expected_verdicts()),
                         [](auto const& test) { return test.param.name; });

/// What the plugin does is backup and restore: one scenario that must pass with it, one that must not.
std::vector<ExpectedVerdict> for_the_plugin() {
  std::vector<ExpectedVerdict> chosen = expected_verdicts();
  std::erase_if(chosen, [](auto const& one) { return one.name != "DataRollback" && one.name != "TooLate"; });
  return chosen;
}

INSTANTIATE_TEST_SUITE_P(Scenarios, ByPlugin, testing::ValuesIn(for_the_plugin()),
                         [](auto const& test) { return test.param.name; });

}  // namespace
}  // namespace pgdrill::test
