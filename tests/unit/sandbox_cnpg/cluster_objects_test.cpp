#include "harness/sandbox/cnpg/cluster_objects.hpp"

#include <gtest/gtest.h>

#include "harness/sandbox/cnpg/backup_controller.hpp"
#include "harness/sandbox/cnpg/cluster_status.hpp"
#include "harness/sandbox/cnpg/instance_files.hpp"
#include "harness/sandbox/cnpg/postgres_settings.hpp"

namespace pgdrill::sandbox::cnpg {
namespace {

json::value cluster(std::string_view bootstrap) {
  return *parse_json(fmt::format(
      R"({{"metadata":{{"name":"orders","namespace":"develop","uid":"u-1"}},"spec":{{"imageName":"registry.local/postgresql:15","bootstrap":{}}}}})",
      bootstrap));
}

TEST(ClusterObjects, AJobIsNamedAndLabelledByItsRole) {
  auto const job = make_job(cluster(R"({"recovery":{"source":"origin"}})"), 1, "full-recovery");
  EXPECT_EQ(kube::name_of(job), "orders-1-full-recovery");
  EXPECT_EQ(kube::label_of(job, job_role_label), "full-recovery");
  auto const* metadata = find(job, "spec.template.metadata");
  ASSERT_NE(metadata, nullptr);
  EXPECT_EQ(get_string(*member(find(*metadata, "labels"), "cnpg.io/jobRole"), ""), "");
  EXPECT_EQ(*member(find(*metadata, "labels"), "cnpg.io/jobRole"), "full-recovery");
  EXPECT_EQ(get_int(json::value(job), "spec.backoffLimit"), 6);
}

TEST(ClusterObjects, APodBelongsToItsCluster) {
  auto const pod = make_pod(cluster(R"({"initdb":{}})"), 2);
  EXPECT_EQ(kube::name_of(pod), "orders-2");
  EXPECT_EQ(kube::label_of(pod, instance_label), "orders-2");
  EXPECT_EQ(kube::label_of(pod, pod_role_label), "instance");
  EXPECT_EQ(serial_of(pod), 2);
  auto const* owners = find(pod, "metadata.ownerReferences");
  ASSERT_NE(owners, nullptr);
  EXPECT_EQ(get_string(owners->as_array().at(0), "uid"), "u-1");
}

TEST(ClusterObjects, ServicesSelectByRole) {
  auto const services = make_services(cluster(R"({"initdb":{}})"));
  ASSERT_EQ(services.size(), 3U);
  for (auto const& service : services) {
    auto const* selector = find(service, "spec.selector");
    bool const writes = kube::name_of(service) == "orders-rw";
    auto const* role = member(selector, role_label);
    EXPECT_EQ(role != nullptr && *role == "primary", writes) << kube::name_of(service);
  }
}

struct RoleCase {
  std::string current;
  std::string target;
  Role role;
};
class RoleOfInstance : public testing::TestWithParam<RoleCase> {};
TEST_P(RoleOfInstance, FollowsTheClustersState) {
  auto const& c = GetParam();
  EXPECT_EQ(role_of({.current_primary = c.current, .target_primary = c.target}, "o-1"), c.role);
}
INSTANTIATE_TEST_SUITE_P(
    States, RoleOfInstance,
    testing::Values(RoleCase{"", "o-1", Role::primary}, RoleCase{"", "o-2", Role::undecided},
                    RoleCase{"o-1", "o-1", Role::primary}, RoleCase{"o-1", "pending", Role::undecided},
                    RoleCase{"o-1", "o-2", Role::undecided}, RoleCase{"o-2", "o-2", Role::replica},
                    RoleCase{"o-2", "o-1", Role::replica}));

TEST(Fencing, NamesInstancesOrAll) {
  auto const fenced = [](std::string_view value) {
    json::value object = cluster("{}");
    set(object.as_object(), "metadata.annotations", json::object{{fenced_annotation, value}});
    return state_of(object, "orders-1").fenced;
  };
  EXPECT_TRUE(fenced(R"(["orders-1"])"));
  EXPECT_TRUE(fenced(R"(["*"])"));
  EXPECT_FALSE(fenced(R"(["orders-10"])"));
  EXPECT_FALSE(fenced(""));
}

TEST(RecoveryConfiguration, IsRenderedAsCnpgDoes) {
  EXPECT_EQ(render_recovery_target({.time = "2030-01-01 00:00:00+00:00"}, "fetch %f %p"),
            "recovery_target_action = promote\nrestore_command = 'fetch %f %p'\n"
            "recovery_target_time = '2030-01-01 00:00:00+00:00'\nrecovery_target_inclusive = true\n");
  auto const text = render_recovery_target({.timeline = "2", .name = "it's", .exclusive = true}, "x");
  EXPECT_NE(text.find("recovery_target_timeline = '2'\n"), std::string::npos);
  EXPECT_NE(text.find("recovery_target_name = 'it''s'\n"), std::string::npos);
  EXPECT_NE(text.find("recovery_target_inclusive = false\n"), std::string::npos);
}

TEST(RecoveryConfiguration, MendsOneFormOfTimesOnly) {
  EXPECT_NE(render_recovery_target({.time = "2030-01-01T00:00:00Z"}, "x").find("'2030-01-01T00:00:00+00:00'"),
            std::string::npos);
  EXPECT_NE(render_recovery_target({.time = "2030-01-01 00:00:00Z"}, "x").find("'2030-01-01 00:00:00Z'"),
            std::string::npos);
}

TEST(Conditions, ChangeTheirTimeWithTheirStatusOnly) {
  kube::Object object;
  set_condition(object, "Ready", false, "ClusterIsNotReady", "a");
  set(object, "status.conditions",
      json::array{json::object{{"type", "Ready"}, {"status", "False"}, {"lastTransitionTime", "then"}}});
  set_condition(object, "Ready", false, "ClusterIsNotReady", "b");
  EXPECT_EQ(get_string(*kube::condition_of(json::value(object), "Ready"), "lastTransitionTime"), "then");
  set_condition(object, "Ready", true, "ClusterIsReady", "c");
  json::value const after(object);
  EXPECT_NE(get_string(*kube::condition_of(after, "Ready"), "lastTransitionTime"), "then");
  EXPECT_EQ(get_string(*kube::condition_of(after, "Ready"), "reason"), "ClusterIsReady");
}

TEST(BackupResult, IsTheLastDescription) {
  auto const result = backup_result("{\"msg\":\"x\"}\n{\"backup\":{\"backupId\":\"1\"}}\nplain\n");
  ASSERT_TRUE(result);
  EXPECT_EQ(result->at("backupId"), "1");
  EXPECT_FALSE(backup_result("{\"msg\":\"x\"}\n"));
}

}  // namespace
}  // namespace pgdrill::sandbox::cnpg
