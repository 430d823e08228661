// The manifests of deploy/: the Role holds what the shipped scenarios ask the API, and no more.
#include <gmock/gmock.h>
#include <yaml-cpp/yaml.h>

#include <algorithm>
#include <fstream>

#include "harness/base/text.hpp"
#include "harness/engine/registry.hpp"
#include "harness/engine/rights.hpp"
#include "tests/support/rbac_proxy.hpp"
#include "tests/support/sandbox.hpp"

namespace pgdrill::test {
namespace {

using testing::IsEmpty;

std::filesystem::path const root = PGDRILL_SOURCE_DIR;
std::filesystem::path const role = root / "deploy/base/role.yaml";
std::filesystem::path const role_for_faults = root / "deploy/restore-under-fire/role.yaml";

std::set<std::string> without(std::set<std::string> all, std::set<std::string> const& others) {
  for (std::string const& one : others) all.erase(one);
  return all;
}

/// Asked for only when something went wrong before, by later versions of Kubernetes, or of other Clusters;
/// see role.yaml.
std::set<std::string> const seldom{"create pods/exec",
                                   "create pods/portforward",
                                   "update leases.coordination.k8s.io",
                                   "create backups.postgresql.cnpg.io",
                                   "delete backups.postgresql.cnpg.io",
                                   "get objectstores.barmancloud.cnpg.io",  // with the plugin
                                   "delete jobs.batch"};

/// What `pgdrill rbac` prints for the shipped scenarios.
std::set<std::string> declared_rights() {
  std::vector<RbacRule> rules;
  for (auto const& entry : std::filesystem::directory_iterator(root / "scenarios")) {
    if (entry.path().extension() != ".yaml") continue;
    Result<scenario::ParseOutcome> const parsed = scenario::parse_file(entry.path(), engine::catalogue(), {});
    if (!parsed || !parsed->problems.empty()) {
      ADD_FAILURE() << entry.path() << " is not valid";
      continue;
    }
    for (scenario::Permission const& rule : engine::rights_of(parsed->scenario))
      rules.push_back(
          {.groups = {rule.group}, .resources = rule.resources, .names = {}, .verbs = rule.verbs});
  }
  return rights_of(rules);
}

TEST(DeployRole, GrantsNothingThatTheShippedScenariosDoNotDeclare) {
  std::vector<RbacRule> rules = rules_of(role);
  for (RbacRule const& rule : rules_of(role_for_faults)) rules.push_back(rule);
  std::set<std::string> const granted = rights_of(rules);
  EXPECT_FALSE(granted.empty());
  EXPECT_THAT(without(granted, declared_rights()), IsEmpty());
}

/// A wait lists first, and watches only when it is not over by then.
std::set<std::string> with_watches(std::set<std::string> used) {
  for (std::string const& right : std::set<std::string>(used)) {
    if (right.starts_with("list ")) used.insert("watch " + right.substr(5));
  }
  return used;
}

TEST(DeployRole, IsWhatTheDrillAsks) {
  Sandbox const sandbox;
  RbacProxy const proxy(sandbox.kubeconfig(), rules_of(role), "develop");
  TemporaryDirectory const directory;
  std::string const kubeconfig = (directory.path() / "kubeconfig").string();
  proxy.write_kubeconfig(kubeconfig);
  CommandResult const result =
      run({PGDRILL_BINARY, "run", (root / "scenarios/data-rollback.yaml").string(), "--kubeconfig",
           kubeconfig, "--evidence", (directory.path() / "evidence").string()});
  // It came to its end with all that it had to do; how fast is not this test's matter.
  EXPECT_THAT(result.out, testing::HasSubstr("ok verify")) << result.err;
  EXPECT_NE(result.exit_code, 5) << result.out;
  EXPECT_THAT(proxy.refused(), IsEmpty());
  EXPECT_THAT(without(without(rights_of(rules_of(role)), with_watches(proxy.used())), seldom), IsEmpty())
      << "never asked";
}

/// With the names of Secret, Service and Lease in it (`resourceNames`).
TEST(PrintedRole, IsEnoughForItsScenario) {
  Sandbox const sandbox;
  TemporaryDirectory const directory;
  std::string const scenario = (root / "scenarios/data-rollback.yaml").string();
  CommandResult const printed = run({PGDRILL_BINARY, "rbac", scenario, "--role-only"});
  ASSERT_EQ(printed.exit_code, 0) << printed.err;
  EXPECT_THAT(printed.out, testing::HasSubstr("resourceNames"));
  std::ofstream(directory.path() / "role.yaml") << printed.out;
  RbacProxy const proxy(sandbox.kubeconfig(), rules_of(directory.path() / "role.yaml"), "develop");
  std::string const kubeconfig = (directory.path() / "kubeconfig").string();
  proxy.write_kubeconfig(kubeconfig);
  CommandResult const result = run({PGDRILL_BINARY, "run", scenario, "--kubeconfig", kubeconfig, "--evidence",
                                    (directory.path() / "evidence").string()});
  EXPECT_THAT(result.out, testing::HasSubstr("ok verify")) << result.err;
  EXPECT_NE(result.exit_code, 5) << result.out;
  EXPECT_THAT(proxy.refused(), IsEmpty());
}

std::string text_of(YAML::Node const& node) {
  YAML::Emitter emitter;
  emitter << node;
  return emitter.c_str();
}

TEST(DeployManifests, TheCronJobsPodIsTheJobs) {
  YAML::Node const job = YAML::LoadFile((root / "deploy/job/job.yaml").string());
  YAML::Node const cron_job = YAML::LoadFile((root / "deploy/cron-job/cron-job.yaml").string());
  EXPECT_EQ(text_of(cron_job["spec"]["jobTemplate"]["spec"]), text_of(job["spec"]));
}

TEST(DeployManifests, EveryShippedScenarioIsInTheConfigMap) {
  YAML::Node const kustomization = YAML::LoadFile((root / "scenarios/Kustomization").string());
  std::vector<std::string> listed;
  for (YAML::Node const& file : kustomization["configMapGenerator"][0]["files"])
    listed.push_back(file.as<std::string>());
  std::vector<std::string> there;
  for (auto const& entry : std::filesystem::recursive_directory_iterator(root / "scenarios")) {
    std::string const name = std::filesystem::relative(entry.path(), root / "scenarios").string();
    if (entry.is_regular_file() && name != "Kustomization") there.push_back(name);
  }
  EXPECT_THAT(listed, testing::UnorderedElementsAreArray(there)) << "list it in scenarios/Kustomization";
}

bool knows_kustomize() {
  // kubectl 1.20 carries kustomize 2, which takes no folders as resources.
  CommandResult const version = run({"kubectl", "version", "--client"});
  return version.out.find("Kustomize Version: v") != std::string::npos;
}

class DeployFolder : public testing::TestWithParam<char const*> {};

TEST_P(DeployFolder, KustomizePutsItTogether) {
  if (!knows_kustomize()) GTEST_SKIP() << "this kubectl's kustomize is too old; 1.24 or newer is needed";
  CommandResult const result = run({"kubectl", "kustomize", (root / "deploy" / GetParam()).string()});
  EXPECT_EQ(result.exit_code, 0) << result.err;
  std::vector<std::string> kinds;
  for (YAML::Node const& object : YAML::LoadAll(result.out))
    kinds.push_back(object["kind"].as<std::string>());
  EXPECT_GE(kinds.size(), 4U);
}

INSTANTIATE_TEST_SUITE_P(All, DeployFolder,
                         testing::Values("base", "job", "cron-job", "cleanup", "flux", "restore-under-fire"));

}  // namespace
}  // namespace pgdrill::test
