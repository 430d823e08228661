#include "harness/kube/forbidden.hpp"

#include <gmock/gmock.h>

#include "harness/kube/status.hpp"

namespace pgdrill::kube {
namespace {

// As kube-apiserver 1.34 writes them.
constexpr char const* in_namespace =
    "pods \"orders-1\" is forbidden: User \"system:serviceaccount:develop:pgdrill\" cannot create resource "
    "\"pods/exec\" in API group \"\" in the namespace \"develop\"";
constexpr char const* in_cluster =
    "nodes is forbidden: User \"u\" cannot list resource \"nodes\" in API group \"\" at the cluster scope: "
    "RBAC: "
    "role.rbac.authorization.k8s.io \"x\" not found";
constexpr char const* by_admission =
    "pods \"p\" is forbidden: violates PodSecurity \"restricted:latest\": runAsNonRoot != true";

TEST(Forbidden, NamesVerbResourceAndNamespace) {
  std::optional<Forbidden> const found = parse_forbidden(in_namespace);
  ASSERT_TRUE(found);
  EXPECT_EQ(found->user, "system:serviceaccount:develop:pgdrill");
  EXPECT_EQ(found->verb, "create");
  EXPECT_EQ(found->resource, "pods/exec");
  EXPECT_EQ(found->group, "");
  EXPECT_EQ(found->ns, "develop");
}

TEST(Forbidden, AtTheClusterScopeThereIsNoNamespace) {
  std::optional<Forbidden> const found = parse_forbidden(in_cluster);
  ASSERT_TRUE(found);
  EXPECT_EQ(found->verb, "list");
  EXPECT_EQ(found->ns, "");
}

TEST(Forbidden, WhatIsCutOffOrOfAnotherSortIsNotGuessed) {
  EXPECT_FALSE(parse_forbidden(by_admission));
  EXPECT_FALSE(parse_forbidden(""));
  EXPECT_FALSE(parse_forbidden("User \"u\" cannot get resource \"pods"));
}

TEST(Forbidden, TheAdviceIsTheRule) {
  json::object const status{{"kind", "Status"}, {"message", in_namespace}, {"reason", "Forbidden"}};
  Error const error =
      status_error(403, json::serialize(status), "cannot run a command in Pod", "Pod develop/x");
  EXPECT_EQ(error.kind, ErrorKind::refused);
  EXPECT_EQ(error.todo,
            "give system:serviceaccount:develop:pgdrill this rule, by a Role in namespace develop: "
            "{apiGroups: [\"\"], resources: [pods/exec], verbs: [create]}");
  EXPECT_THAT(advice_for_forbidden(in_cluster), testing::HasSubstr("by a ClusterRole: "));
  EXPECT_THAT(advice_for_forbidden(by_admission), testing::HasSubstr("admission"));
}

}  // namespace
}  // namespace pgdrill::kube
