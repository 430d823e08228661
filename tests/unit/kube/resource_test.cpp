#include "harness/kube/resource.hpp"

#include <gtest/gtest.h>

namespace pgdrill::kube {
namespace {

TEST(Resource, Paths) {
  EXPECT_EQ(path_to(pod_type, "develop", "orders-1", "log"), "/api/v1/namespaces/develop/pods/orders-1/log");
  EXPECT_EQ(path_to(cluster_type, "develop"), "/apis/postgresql.cnpg.io/v1/namespaces/develop/clusters");
  EXPECT_EQ(path_to(pod_type, ""), "/api/v1/pods");
  EXPECT_EQ(path_to(namespace_type, "", "develop"), "/api/v1/namespaces/develop");
  EXPECT_EQ(path_to(config_map_type, "a", "b/c"), "/api/v1/namespaces/a/configmaps/b%2Fc");
}

TEST(Resource, Names) {
  EXPECT_EQ(cluster_type.api_version(), "postgresql.cnpg.io/v1");
  EXPECT_EQ(pod_type.api_version(), "v1");
  EXPECT_EQ((ObjectRef{cluster_type, "develop", "orders"}).text(), "Cluster develop/orders");
  EXPECT_EQ((ObjectRef{namespace_type, "", "develop"}).text(), "Namespace develop");
}

TEST(Resource, ReadsMetadataAndConditions) {
  json::value const object = json::parse(R"({"metadata": {"name": "x", "labels": {"a.b/c": "d"}},
      "status": {"conditions": [{"type": "Other", "status": "False"}, {"type": "Ready", "status": "True"}]}})");
  EXPECT_EQ(name_of(object), "x");
  EXPECT_EQ(uid_of(object), "");
  EXPECT_EQ(label_of(object, "a.b/c"), "d");
  EXPECT_EQ(annotation_of(object, "a.b/c"), "");
  ASSERT_NE(condition_of(object, "Ready"), nullptr);
  EXPECT_EQ(get_string(*condition_of(object, "Ready"), "status"), "True");
  EXPECT_EQ(condition_of(object, "Missing"), nullptr);
  EXPECT_EQ(condition_of(json::value(), "Ready"), nullptr);
}

}  // namespace
}  // namespace pgdrill::kube
