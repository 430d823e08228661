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

}  // namespace
}  // namespace pgdrill::cnpg
