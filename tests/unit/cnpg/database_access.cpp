#include "harness/cnpg/database_access.hpp"

#include <gmock/gmock.h>

#include "harness/base/files.hpp"

namespace pgdrill::cnpg {
namespace {

using kube::ExecResult;
using kube::ObjectRef;

/// Answers with a Cluster and the outcome of an exec, and remembers the command; anything else is not found.
class ScriptedClient final : public kube::Client {
 public:
  std::string primary = "orders-1";
  json::object secret_data;
  json::array ports;  ///< of the Service
  ExecResult answer;
  std::vector<std::string> command;
  std::string pod;
  std::string container;

  static Error nothing() { return {.kind = ErrorKind::not_found, .what = "not in this test", .status = 404}; }
  kube::Access const& access() const override { return access_; }
  Task<Result<json::value>> get(ObjectRef ref) override {
    if (ref.type == kube::cluster_type) {
      co_return json::value{{"status", {{"currentPrimary", primary}, {"phase", "Failing over"}}}};
    }
    if (ref.type == kube::service_type) co_return json::value{{"spec", {{"ports", ports}}}};
    if (ref.type == kube::secret_type) co_return json::value{{"data", secret_data}};
    co_return fail(nothing());
  }
  Task<Result<ExecResult>> exec(std::string, std::string in_pod, std::string in_container,
                                std::vector<std::string> run, std::string) override {
    pod = std::move(in_pod);
    container = std::move(in_container);
    command = std::move(run);
    co_return answer;
  }
  Task<Result<kube::ObjectList>> list(kube::ResourceType, std::string, kube::ListOptions) override {
    co_return fail(nothing());
  }
  Task<Result<json::value>> create(kube::ResourceType, std::string, kube::Object) override {
    co_return fail(nothing());
  }
  Task<Result<json::value>> update(ObjectRef, kube::Object, std::string) override {
    co_return fail(nothing());
  }
  Task<Result<json::value>> patch(ObjectRef, kube::PatchType, json::value, kube::PatchOptions) override {
    co_return fail(nothing());
  }
  Task<Result<>> remove(ObjectRef, kube::DeleteOptions) override { co_return fail(nothing()); }
  std::unique_ptr<kube::Watch> watch(kube::ResourceType, std::string, kube::ListOptions) override {
    return nullptr;
  }
  Task<Result<std::string>> logs(std::string, std::string, kube::LogOptions) override {
    co_return fail(nothing());
  }
  Task<Result<std::unique_ptr<kube::LogStream>>> follow_logs(std::string, std::string,
                                                             kube::LogOptions) override {
    co_return fail(nothing());
  }
  Task<Result<std::unique_ptr<kube::ExecSession>>> start_exec(std::string, std::string, std::string,
                                                              std::vector<std::string>, bool) override {
    co_return fail(nothing());
  }
  Task<Result<std::unique_ptr<ByteStream>>> port_forward(std::string, std::string, std::uint16_t) override {
    co_return fail(nothing());
  }
  Task<Result<json::value>> raw_get(std::string) override { co_return fail(nothing()); }

 private:
  kube::Access access_;
};

Result<std::string> superuser(std::shared_ptr<ScriptedClient> client, std::string sql) {
  auto const work = [](std::shared_ptr<ScriptedClient> with, std::string text) -> Task<Result<std::string>> {
    DatabaseAccess access(with, "develop");
    co_return co_await access.superuser("orders", "app", text);
  };
  return run_to_end(work(std::move(client), std::move(sql)));
}

TEST(DatabaseAccess, SuperuserRunsPsqlInThePrimary) {
  auto const client = std::make_shared<ScriptedClient>();
  client->answer = {.exit_code = 0, .out = "1|a\n2|b\n", .err = ""};
  auto const result = superuser(client, "SELECT 1");
  ASSERT_TRUE(result) << describe(result.error());
  EXPECT_EQ(*result, "1|a\n2|b");
  EXPECT_EQ(client->pod, "orders-1");
  EXPECT_EQ(client->container, "postgres");
  EXPECT_EQ(client->command.front(), "psql");
  EXPECT_EQ(client->command.back(), "SELECT 1");
  EXPECT_THAT(client->command, testing::Contains("ON_ERROR_STOP=1"));
}

TEST(DatabaseAccess, PsqlsErrorsKeepTheirCode) {
  struct Case {
    ExecResult answer;
    ErrorKind kind;
    std::string code;
    std::string why;
  };
  for (auto const& one : std::vector<Case>{
           {{1, "",
             "ERROR:  42P01: relation \"t\" does not exist\nLINE 1: ...\nLOCATION:  parserOpenTable\n"},
            ErrorKind::postgres,
            "42P01",
            "relation \"t\" does not exist"},
           {{2, "", "psql: error: connection to server on socket failed: No such file or directory"},
            ErrorKind::unreachable,
            "",
            "No such file"},
           {{127, "", "psql: not found"}, ErrorKind::io, "", "not found"},
       }) {
    auto const client = std::make_shared<ScriptedClient>();
    client->answer = one.answer;
    auto const result = superuser(client, "SELECT * FROM t");
    ASSERT_FALSE(result);
    EXPECT_EQ(result.error().kind, one.kind) << one.why;
    EXPECT_EQ(result.error().code, one.code);
    EXPECT_THAT(result.error().why, testing::HasSubstr(one.why));
    EXPECT_EQ(result.error().where, "Pod develop/orders-1");
  }
}

TEST(DatabaseAccess, WithoutAPrimarySaysThePhase) {
  auto const client = std::make_shared<ScriptedClient>();
  client->primary.clear();
  auto const result = superuser(client, "SELECT 1");
  ASSERT_FALSE(result);
  EXPECT_EQ(result.error().kind, ErrorKind::unreachable);
  EXPECT_THAT(result.error().why, testing::HasSubstr("Failing over"));
}

TEST(DatabaseAccess, SecretWithoutPasswordIsNamed) {
  auto const client = std::make_shared<ScriptedClient>();
  client->secret_data["username"] = base64_encode("app");
  auto const work = [](std::shared_ptr<ScriptedClient> with) -> Task<Result<postgres::ConnectionParameters>> {
    DatabaseAccess access(with, "develop");
    co_return co_await access.reach("orders-db", "orders-app", "app");
  };
  auto const result = run_to_end(work(client));
  ASSERT_FALSE(result);
  EXPECT_EQ(result.error().where, "Secret develop/orders-app");
  EXPECT_THAT(result.error().why, testing::HasSubstr("password"));
}

Result<postgres::ConnectionParameters> reach(std::shared_ptr<ScriptedClient> client, Way way) {
  client->secret_data["username"] = base64_encode("app");
  client->secret_data["password"] = base64_encode("secret");
  auto const work = [](std::shared_ptr<ScriptedClient> with,
                       Way by) -> Task<Result<postgres::ConnectionParameters>> {
    DatabaseAccess access(with, "develop");
    auto result = co_await access.reach(by, "app");
    // The certificate is there for as long as the access is.
    if (result && !result->root_certificate.empty()) {
      EXPECT_EQ(read_file(result->root_certificate).value_or("nothing"), "PEM");
    }
    co_return result;
  };
  return run_to_end(work(std::move(client), std::move(way)));
}

TEST(DatabaseAccess, ByNameItGoesToThePublishedPortOfTheServiceItself) {
  auto const client = std::make_shared<ScriptedClient>();
  struct Case {
    json::array ports;
    std::uint16_t port;  // 0: cannot be told
  };
  for (auto const& one : std::vector<Case>{{{{{"port", 5432}}}, 5432},
                                           {{{{"port", 6000}}}, 6000},
                                           {{{{"port", 9187}}, {{"port", 5432}}}, 5432},
                                           {{{{"port", 9187}}, {{"port", 6000}}}, 0},
                                           {{}, 0}}) {
    client->ports = one.ports;
    auto const result = reach(client, {.service = "orders-rw", .secret = "orders-app", .by_name = true});
    ASSERT_EQ(result.has_value(), one.port != 0) << json::serialize(one.ports);
    if (!result) continue;
    EXPECT_EQ(result->host, "orders-rw.develop.svc");
    EXPECT_EQ(result->host_address, "") << "the cluster's DNS must be asked";
    EXPECT_EQ(result->port, one.port);
    EXPECT_EQ(result->ssl_mode, "require");
  }
}

TEST(DatabaseAccess, TheAuthoritysCertificateIsReadAlone) {
  auto const client = std::make_shared<ScriptedClient>();
  client->ports = {{{"port", 5432}}};
  client->secret_data["ca.crt"] = base64_encode("PEM");
  Way const way{.service = "orders-rw",
                .secret = "orders-app",
                .by_name = true,
                .tls = "verify-full",
                .authority = "orders-ca"};
  auto const result = reach(client, way);
  ASSERT_TRUE(result) << describe(result.error());
  EXPECT_EQ(result->ssl_mode, "verify-full");
  EXPECT_FALSE(result->root_certificate.empty());
  // What the user keeps in ~/.postgresql has no part in it.
  EXPECT_THAT(result->conninfo(std::chrono::seconds(2)),
              testing::AllOf(testing::HasSubstr("sslrootcert='" + result->root_certificate + "'"),
                             testing::HasSubstr("sslcrl='/nonexistent"),
                             testing::HasSubstr("sslcert='/nonexistent")));
  client->secret_data.erase("ca.crt");
  auto const without = reach(client, way);
  ASSERT_FALSE(without);
  EXPECT_EQ(without.error().where, "Secret develop/orders-ca");
  EXPECT_THAT(without.error().why, testing::HasSubstr("ca.crt"));
}

}  // namespace
}  // namespace pgdrill::cnpg
