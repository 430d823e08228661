#include "harness/cnpg/retention.hpp"

#include <gmock/gmock.h>

#include "tests/unit/engine/fake_client.hpp"

namespace pgdrill::cnpg {
namespace {

using testing::HasSubstr;

class RetentionTest : public testing::Test {
 protected:
  Retention of(std::string_view spec) {
    json::object cluster{{"metadata", {{"name", "orders"}}}, {"spec", parse_json(spec).value()}};
    return run_to_end(retention_of(client_, "develop", std::move(cluster)));
  }
  void put_store(std::string_view spec) {
    client_->put({kube::object_store_type, "develop", "store"}, {{"spec", parse_json(spec).value()}});
  }
  static constexpr std::string_view plugin = R"({"backup":{"retentionPolicy":"9d"},"plugins":[
      {"name":"other"},{"name":"barman-cloud.cloudnative-pg.io","isWALArchiver":true,
       "parameters":{"barmanObjectName":"store"}}]})";
  std::shared_ptr<engine::FakeClient> client_ = std::make_shared<engine::FakeClient>();
};

TEST_F(RetentionTest, StandsInThePluginsObjectStore) {
  put_store(R"({"retentionPolicy":"30d"})");
  Retention const kept = of(plugin);
  EXPECT_EQ(kept.policy, "30d") << "the Cluster's own is not used with the plugin";
  EXPECT_EQ(kept.source, "ObjectStore develop/store");
  put_store("{}");
  EXPECT_EQ(of(plugin).policy, "");
  EXPECT_EQ(of(plugin).why_not, "");
}

TEST_F(RetentionTest, StandsInTheClusterWithoutThePlugin) {
  Retention const kept = of(R"({"backup":{"retentionPolicy":"4w","barmanObjectStore":{}}})");
  EXPECT_EQ(kept.policy, "4w");
  EXPECT_EQ(kept.source, "Cluster develop/orders");
}

TEST_F(RetentionTest, WhatCannotBeReadIsToldAndNotGuessed) {
  Retention const kept = of(plugin);
  EXPECT_EQ(kept.policy, "");
  EXPECT_THAT(kept.why_not, HasSubstr("store"));
}

}  // namespace
}  // namespace pgdrill::cnpg
