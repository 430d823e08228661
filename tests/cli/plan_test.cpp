// pgdrill plan and rbac: what a run would do and need, from the declarations.
#include <gmock/gmock.h>
#include <yaml-cpp/yaml.h>

#include "harness/base/files.hpp"
#include "harness/cli/plan_document.hpp"
#include "harness/engine/registry.hpp"
#include "harness/engine/rights.hpp"
#include "tests/cli/binary.hpp"

namespace pgdrill::cli {
namespace {

using test::CommandResult;
using test::pgdrill_verb;
using test::shipped;
using testing::AllOf;
using testing::Contains;
using testing::HasSubstr;
using testing::IsEmpty;
using testing::Not;

scenario::Scenario read(std::string const& yaml) {
  scenario::ParseOutcome outcome = scenario::parse_text(yaml, "s.yaml", engine::catalogue(), {});
  EXPECT_THAT(scenario::render_problems(outcome.problems, yaml), IsEmpty());
  return std::move(outcome.scenario);
}

std::string const head =
    "apiVersion: pgdrill.io/v1\nkind: Scenario\nmetadata: {name: test}\n"
    "target: {namespace: develop, cluster: orders}\n";

TEST(Plan, AddsUpTheWorstCase) {
  json::value const plan = plan_document(read(head + "steps:\n  - capture-target: {target: a}\n    timeout: "
                                                     "10s\n  - verify: {target: a}\n    timeout: 20s\n"));
  EXPECT_EQ(get_int(plan, "worst_case.steps_ns"), 30'000'000'000);
  EXPECT_EQ(get_int(plan, "worst_case.total_ns"),
            get_int(plan, "worst_case.steps_ns") + get_int(plan, "worst_case.undo_ns"));
  EXPECT_GT(get_int(plan, "worst_case.undo_ns"), 0);
}

TEST(Plan, NamesTheBlastRadiusWithItsUndo) {
  std::string const text = plan_text(plan_document(
      read(head + "probes: [heartbeat]\nsteps: [status-check, {detect: {probes: [heartbeat]}}]\n")));
  EXPECT_THAT(text,
              HasSubstr("  - heartbeat: makes table pgdrill.heartbeat\n      undo: drops schema pgdrill\n"));
  EXPECT_THAT(text, HasSubstr("  - status-check: takes a Backup when none can be restored\n"));
  EXPECT_THAT(text, Not(HasSubstr("  - detect: "))) << "it changes nothing";
}

std::vector<std::string> rules(json::value const& role) {
  std::vector<std::string> all;
  for (json::value const& rule : find(role, "rules")->as_array()) all.push_back(json::serialize(rule));
  return all;
}

TEST(Plan, ItsRoleHoldsWhatTheStepsDeclareAndNoMore) {
  json::value const plan = plan_document(read(head + "steps: [status-check]\n"));
  std::vector<std::string> const all = rules(*find(plan, "role"));
  EXPECT_THAT(all, Contains(HasSubstr(R"("backups"],"verbs":["get","list","watch","create","delete"])")));
  EXPECT_THAT(all, Contains(HasSubstr(R"("leases")"))) << "every run needs one";
  EXPECT_THAT(all, Not(Contains(HasSubstr("gitrepositories")))) << "status-check asks none";
  EXPECT_EQ(get_string(plan, "role.metadata.namespace"), "develop");
}

TEST(Plan, ItsRoleNamesTheObjectsThatTheScenarioNames) {
  json::value const plan = plan_document(
      read(head + "probes: [heartbeat]\nsteps:\n  - service-cut: {service: other}\n    for: 1s\n"));
  std::vector<std::string> const all = rules(*find(plan, "role"));
  EXPECT_THAT(all, Contains(AllOf(HasSubstr(R"("resources":["secrets"])"),
                                  HasSubstr(R"("resourceNames":["orders-app"])"))));
  EXPECT_THAT(all, Contains(AllOf(HasSubstr(R"("resources":["services"])"), HasSubstr(R"("verbs":["patch"])"),
                                  HasSubstr(R"("other")"))));
  EXPECT_THAT(all, Contains(AllOf(HasSubstr(R"("leases")"), HasSubstr(R"("resourceNames":["pgdrill"])"),
                                  Not(HasSubstr("create")))));
  EXPECT_THAT(all, Contains(AllOf(HasSubstr(R"("leases")"), HasSubstr(R"("verbs":["create"])"))))
      << "creation cannot be bound to a name";
}

TEST(Plan, ItsRoleReadsTheAuthorityThatAProbeChecks) {
  auto const rules_with = [](std::string const& parameters) {
    return rules(*find(
        plan_document(read(head + "probes: [{heartbeat: {" + parameters + "}}]\nsteps: [status-check]\n")),
        "role"));
  };
  EXPECT_THAT(rules_with("tls: verify-full"),
              Contains(HasSubstr(R"("resourceNames":["orders-app","orders-ca"])")));
  EXPECT_THAT(rules_with("tls: verify-ca, authority: ours"),
              Contains(HasSubstr(R"("resourceNames":["orders-app","ours"])")));
  EXPECT_THAT(rules_with("tls: require"), Contains(HasSubstr(R"("resourceNames":["orders-app"])")));
}

TEST(Plan, ARoleThatMustFindSecretsNamesNone) {
  json::value const plan =
      plan_document(read(head + "probes: [heartbeat]\nsteps:\n  - store-credentials:\n    for: 1s\n"));
  for (std::string const& rule : rules(*find(plan, "role"))) {
    if (rule.find("secrets") != std::string::npos) EXPECT_THAT(rule, Not(HasSubstr("resourceNames")));
  }
}

TEST(Plan, WritesNumbersAsPeopleDo) {
  for (std::string const format : {"text", "json"}) {
    std::string const out = pgdrill_verb({"plan", shipped, "-o", format}).out;
    EXPECT_THAT(out,
                HasSubstr(format == "text" ? "statements_per_second: 0," : "statements_per_second\": 0,"));
    EXPECT_THAT(out, Not(HasSubstr("0E0")));
  }
}

TEST(Plan, IsTheSameAsTextAndAsJson) {
  CommandResult const text = pgdrill_verb({"plan", shipped});
  CommandResult const json = pgdrill_verb({"plan", shipped, "-o", "json"});
  ASSERT_EQ(text.exit_code, 0) << text.err;
  ASSERT_EQ(json.exit_code, 0) << json.err;
  EXPECT_EQ(text.out, plan_text(test::json_of(json).as_object()));
}

TEST(Plan, TakesVariablesAndNamespaceFromTheCommandLine) {
  CommandResult const result =
      pgdrill_verb({"plan", shipped, "-n", "staging", "--var", "cluster=shop", "-o", "json"});
  json::value const plan = test::json_of(result);
  EXPECT_EQ(get_string(plan, "target.cluster"), "shop");
  EXPECT_EQ(get_string(plan, "role.metadata.namespace"), "staging");
}

TEST(Plan, OfAWrongScenarioIsAUsageError) {
  EXPECT_EQ(pgdrill_verb({"plan", "/no/such/file.yaml"}).exit_code, 2);
}

TEST(Rbac, PrintsAccountRoleAndBindingThatBelongTogether) {
  CommandResult const result = pgdrill_verb({"rbac", shipped});
  ASSERT_EQ(result.exit_code, 0) << result.err;
  std::vector<YAML::Node> const objects = YAML::LoadAll(result.out);
  ASSERT_EQ(objects.size(), 3U);
  EXPECT_EQ(objects[0]["kind"].as<std::string>(), "ServiceAccount");
  EXPECT_EQ(objects[1]["kind"].as<std::string>(), "Role");
  EXPECT_EQ(objects[2]["kind"].as<std::string>(), "RoleBinding");
  EXPECT_EQ(objects[2]["roleRef"]["name"].as<std::string>(),
            objects[1]["metadata"]["name"].as<std::string>());
  EXPECT_EQ(objects[2]["subjects"][0]["name"].as<std::string>(),
            objects[0]["metadata"]["name"].as<std::string>());
  for (YAML::Node const& object : objects)
    EXPECT_EQ(object["metadata"]["namespace"].as<std::string>(), "develop");
}

TEST(Rbac, BindsToAnAccountThatExists) {
  std::string const out = pgdrill_verb({"rbac", shipped, "--service-account", "ci", "--name", "drills"}).out;
  std::vector<YAML::Node> const objects = YAML::LoadAll(out);
  ASSERT_EQ(objects.size(), 2U) << out;
  EXPECT_EQ(objects[1]["subjects"][0]["name"].as<std::string>(), "ci");
  EXPECT_EQ(objects[1]["roleRef"]["name"].as<std::string>(), "drills");
}

TEST(Rbac, WithoutAScenarioAllowsWhateverOneCouldName) {
  json::value const list =
      test::json_of(pgdrill_verb({"rbac", "-o", "json", "--role-only", "-n", "develop"}));
  json::value const role = find(list, "items")->as_array().at(0);
  engine::Permissions const all = engine::rights_of_all();
  EXPECT_EQ(find(role, "rules")->as_array().size(), all.size());
}

TEST(Rights, MergeVerbsByResourceAndResourcesByVerbs) {
  engine::Permissions const merged = engine::merged({{"", {"pods"}, {"list"}},
                                                     {"", {"pods", "services"}, {"get"}},
                                                     {"", {"services"}, {"list"}},
                                                     {"batch", {"jobs"}, {"get", "list"}}});
  ASSERT_EQ(merged.size(), 2U);
  EXPECT_THAT(merged[0].resources, testing::ElementsAre("pods", "services"));
  EXPECT_THAT(merged[0].verbs, testing::ElementsAre("get", "list"));
  EXPECT_EQ(merged[1].group, "batch");
}

TEST(Rights, ForSomeObjectsAreNotMixedWithThoseForAll) {
  engine::Permissions const merged =
      engine::merged({{"", {"secrets"}, {"get"}, false, {"a"}}, {"", {"services"}, {"get"}, false, {"a"}}});
  ASSERT_EQ(merged.size(), 2U);
  engine::Permissions const covered =
      engine::merged({{"", {"secrets"}, {"get"}, false, {"a"}}, {"", {"secrets"}, {"get", "list"}}});
  ASSERT_EQ(covered.size(), 1U) << "what holds for all need not be said for one";
  EXPECT_TRUE(covered[0].names.empty());
}

TEST(Rights, OnlyWhatLiesOutsideNamespacesNeedsAClusterRole) {
  engine::Permissions const namespace_only{{"", {"namespaces"}, {"get"}, true}};
  EXPECT_EQ(engine::role_objects(namespace_only, {.ns = "develop"}).size(), 3U)
      << "reading a Namespace by its name is a request inside it";
  engine::Permissions const nodes{{"", {"nodes"}, {"list"}, true}};
  std::vector<json::object> const objects = engine::role_objects(nodes, {.ns = "develop"});
  ASSERT_EQ(objects.size(), 5U);
  EXPECT_EQ(get_string(objects[3], "kind"), "ClusterRole");
}

}  // namespace
}  // namespace pgdrill::cli
