#include "harness/sandbox/kubelet/variables.hpp"

#include <gtest/gtest.h>

#include <boost/asio/io_context.hpp>

#include "harness/base/files.hpp"

namespace pgdrill::sandbox {
namespace {

TEST(Expansion, ReplacesWhatIsKnown) {
  Variables const known{{"HOST", "db"}, {"PORT", "5432"}};
  EXPECT_EQ(expand_variables("$(HOST):$(PORT)", known), "db:5432");
  EXPECT_EQ(expand_variables("$(NONE) $HOST $(", known), "$(NONE) $HOST $(");
  EXPECT_EQ(expand_variables("$$(HOST) $$", known), "$(HOST) $");
}

class ContainerVariables : public testing::Test {
 protected:
  void make(kube::ResourceType const& type, json::object object) {
    auto const made = store_.create(type, std::move(object));
    ASSERT_TRUE(made) << describe(made.error());
  }
  Result<Variables> variables(json::object container) {
    return container_variables(store_, pod_, json::value(std::move(container)), mounts_,
                               service_variables(store_, "default"));
  }

  asio::io_context context_;
  Store store_{context_.get_executor()};
  std::vector<Mount> mounts_{{"/data", "/real/d"}};
  json::value pod_{{"metadata", {{"name", "p"}, {"namespace", "default"}, {"labels", {{"app", "shop"}}}}},
                   {"status", {{"podIP", "127.9.1.1"}}}};
};

TEST_F(ContainerVariables, ComeFromAllSources) {
  make(kube::secret_type, {{"metadata", {{"name", "s"}, {"namespace", "default"}}},
                           {"data", {{"password", base64_encode("/data is $(HOME)")}}}});
  make(kube::config_map_type, {{"metadata", {{"name", "c"}, {"namespace", "default"}}},
                               {"data", {{"level", "7"}, {"mode", "fast"}}}});
  auto const result = variables(
      {{"envFrom", json::array{{{"prefix", "C_"}, {"configMapRef", {{"name", "c"}}}}}},
       {"env",
        json::array{
            {{"name", "DIR"}, {"value", "/data/x"}},
            {{"name", "BOTH"}, {"value", "$(DIR)+$(C_level)"}},
            {{"name", "PASSWORD"}, {"valueFrom", {{"secretKeyRef", {{"name", "s"}, {"key", "password"}}}}}},
            {{"name", "MODE"}, {"valueFrom", {{"configMapKeyRef", {{"name", "c"}, {"key", "mode"}}}}}},
            {{"name", "IP"}, {"valueFrom", {{"fieldRef", {{"fieldPath", "status.podIP"}}}}}},
            {{"name", "APP"}, {"valueFrom", {{"fieldRef", {{"fieldPath", "metadata.labels['app']"}}}}}},
            {{"name", "MAYBE"},
             {"valueFrom", {{"secretKeyRef", {{"name", "none"}, {"key", "x"}, {"optional", true}}}}}}}}});
  ASSERT_TRUE(result) << describe(result.error());
  EXPECT_EQ(*result, (Variables{{"C_level", "7"},
                                {"C_mode", "fast"},
                                {"DIR", "/real/d/x"},
                                {"BOTH", "/real/d/x+7"},
                                {"PASSWORD", "/data is $(HOME)"},
                                {"MODE", "fast"},
                                {"IP", "127.9.1.1"},
                                {"APP", "shop"}}));
}

TEST_F(ContainerVariables, NameWhatIsMissing) {
  json::object const entry{{"name", "X"},
                           {"valueFrom", {{"secretKeyRef", {{"name", "none"}, {"key", "k"}}}}}};
  auto const none = variables({{"env", json::array{entry}}});
  ASSERT_FALSE(none);
  EXPECT_EQ(none.error().why, "secret \"none\" not found");
  EXPECT_EQ(none.error().code, "CreateContainerConfigError");
  make(kube::secret_type, {{"metadata", {{"name", "none"}, {"namespace", "default"}}}});
  EXPECT_EQ(variables({{"env", json::array{entry}}}).error().why,
            "couldn't find key k in Secret default/none");
}

TEST_F(ContainerVariables, HaveThoseOfServices) {
  make(kube::service_type,
       {{"metadata", {{"name", "orders-db"}, {"namespace", "default"}}},
        {"spec",
         {{"clusterIP", "127.9.128.1"}, {"ports", json::array{{{"name", "pg-main"}, {"port", 5432}}}}}}});
  make(kube::service_type, {{"metadata", {{"name", "waiting"}, {"namespace", "default"}}},
                            {"spec", {{"ports", json::array{{{"port", 1}}}}}}});
  EXPECT_EQ(service_variables(store_, "default"),
            (Variables{{"ORDERS_DB_SERVICE_HOST", "127.9.128.1"},
                       {"ORDERS_DB_SERVICE_PORT", "5432"},
                       {"ORDERS_DB_SERVICE_PORT_PG_MAIN", "5432"},
                       {"ORDERS_DB_PORT", "tcp://127.9.128.1:5432"},
                       {"ORDERS_DB_PORT_5432_TCP", "tcp://127.9.128.1:5432"},
                       {"ORDERS_DB_PORT_5432_TCP_PROTO", "tcp"},
                       {"ORDERS_DB_PORT_5432_TCP_PORT", "5432"},
                       {"ORDERS_DB_PORT_5432_TCP_ADDR", "127.9.128.1"}}));
  EXPECT_TRUE(service_variables(store_, "kube-system").empty());
}

}  // namespace
}  // namespace pgdrill::sandbox
