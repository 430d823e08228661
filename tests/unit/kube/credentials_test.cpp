// Exec credential plugins, rotating tokens, and what a client does when it is not let in.
#include <gmock/gmock.h>

#include "harness/kube/access_sources.hpp"
#include "tests/unit/kube/directory.hpp"
#include "tests/unit/kube/scripted_server.hpp"

namespace pgdrill::kube {
namespace {

using testing::AllOf;
using testing::HasSubstr;
using testing::Not;

std::string credential(std::string const& version, std::string const& status) {
  return R"({"apiVersion":"client.authentication.k8s.io/)" + version +
         R"(","kind":"ExecCredential","status":)" + status + "}";
}

/// A kubeconfig beside a plugin that is a shell script.
Result<Access> with_plugin(Directory const& directory, std::string const& script,
                           std::string const& version = "v1", std::string const& more = "") {
  std::string const plugin = directory.write("bin/plugin", "#!/bin/sh\n" + script + "\n");
  std::filesystem::permissions(plugin, std::filesystem::perms::owner_all);
  std::string const file = directory.write(
      "config",
      "current-context: x\ncontexts: [{name: x, context: {cluster: c, user: u}}]\n"
      "clusters:\n- name: c\n  cluster:\n    server: https://api\n    certificate-authority-data: Q0E=\n"
      "    extensions: [{name: client.authentication.k8s.io/exec, extension: {audience: us, level: 3}}]\n"
      "users:\n- name: u\n  user:\n    exec:\n      apiVersion: client.authentication.k8s.io/" +
          version +
          "\n      command: bin/plugin\n      args: [get, token]\n      env: [{name: COLOR, value: blue}]\n"
          "      installHint: install it so\n" +
          more);
  return run_to_end(resolve_access({.kubeconfig = file}));
}

std::string why_not(Result<Access> const& access) {
  return access ? "it was accepted" : describe(access.error());
}

TEST(ExecCredential, GivesAToken) {
  for (std::string const version : {"v1", "v1beta1"}) {
    Directory directory;
    std::string const seen = (directory.path() / "seen").string();
    Result<Access> const access =
        with_plugin(directory,
                    "echo \"$*|$COLOR|$KUBERNETES_EXEC_INFO\" >'" + seen + "'\necho '" +
                        credential(version, R"({"token":"top-secret"})") + "'",
                    version, "      provideClusterInfo: true\n      interactiveMode: IfAvailable\n");
    ASSERT_TRUE(access) << why_not(access);
    EXPECT_EQ(access->bearer_token, "top-secret");
    EXPECT_TRUE(access->renew);
    std::string const told = read_file(seen).value();
    EXPECT_THAT(told, HasSubstr("get token|blue|"));
    json::value const info = json::parse(told.substr(told.rfind('|') + 1));
    EXPECT_EQ(get_string(info, "apiVersion"), "client.authentication.k8s.io/" + version);
    EXPECT_EQ(get_string(info, "kind"), "ExecCredential");
    EXPECT_FALSE(get_bool(info, "spec.interactive", true));
    EXPECT_EQ(get_string(info, "spec.cluster.server"), "https://api");
    EXPECT_EQ(get_string(info, "spec.cluster.certificate-authority-data"), "Q0E=");
    EXPECT_EQ(get_string(info, "spec.cluster.config.audience"), "us");
    EXPECT_EQ(get_int(info, "spec.cluster.config.level"), 3);
  }
}

TEST(ExecCredential, GivesACertificate) {
  Directory directory;
  Result<Access> const access = with_plugin(
      directory,
      "echo '" + credential("v1", R"({"clientCertificateData":"CERT","clientKeyData":"KEY"})") + "'");
  ASSERT_TRUE(access) << why_not(access);
  EXPECT_EQ(access->tls_options.certificate_pem, "CERT");
  EXPECT_EQ(access->tls_options.key_pem, "KEY");
}

struct BadPlugin {
  char const* name;
  std::string script;
  std::string why;
};

class BrokenPlugin : public testing::TestWithParam<BadPlugin> {};

TEST_P(BrokenPlugin, SaysWhyAndKeepsTheSecret) {
  Directory directory;
  Result<Access> const access = with_plugin(directory, GetParam().script);
  ASSERT_FALSE(access);
  EXPECT_EQ(access.error().kind, ErrorKind::unreachable);
  EXPECT_THAT(why_not(access), AllOf(HasSubstr(GetParam().why), HasSubstr("bin/plugin"),
                                     HasSubstr("install it so"), Not(HasSubstr("top-secret"))));
}

INSTANTIATE_TEST_SUITE_P(
    Forms, BrokenPlugin,
    testing::Values(
        BadPlugin{"Fails", "echo top-secret; echo 'log in first' >&2; exit 4", "exit code 4: log in first"},
        BadPlugin{"NoJson", "echo top-secret", "no JSON"},
        BadPlugin{"NoCredential", "echo '{\"token\":\"top-secret\"}'", "no ExecCredential"},
        BadPlugin{"OtherVersion", "echo '" + credential("v1beta1", R"({"token":"top-secret"})") + "'",
                  "answered in client.authentication.k8s.io/v1beta1"},
        BadPlugin{"Nothing", "echo '" + credential("v1", "{}") + "'", "neither a token nor a certificate"},
        BadPlugin{"HalfCertificate", "echo '" + credential("v1", R"({"clientKeyData":"top-secret"})") + "'",
                  "only one of"}),
    [](auto const& info) { return std::string(info.param.name); });

TEST(ExecCredential, RefusesWhatItCannotDo) {
  Directory directory;
  EXPECT_THAT(why_not(with_plugin(directory, "true", "v1alpha1")),
              HasSubstr("client.authentication.k8s.io/v1alpha1"));
  EXPECT_THAT(why_not(with_plugin(directory, "true", "v1", "      interactiveMode: Always\n")),
              HasSubstr("interactiveMode: Always"));
}

Task<> renew_with(Access& access, std::string token) {
  access.bearer_token = std::move(token);
  co_return;
}

Task<Result<>> renewed(Access& access) {
  co_await renew_with(access, "new");
  co_return Result<>();
}

ObjectRef const one{config_map_type, "n", "one"};

TEST(Credentials, A401AsksThePluginOnce) {
  Answer const refused{.status = 401, .body = status_body(401, "Unauthorized", "Unauthorized")};
  with_server({refused, {.body = object_text("one", 1)}, refused, refused},
              [](ScriptedServer& server, std::shared_ptr<Client>) -> Task<> {
                Access access = server.access();
                access.bearer_token = "old";
                access.renew = renewed;
                std::shared_ptr<Client> const client =
                    Client::create(co_await asio::this_coro::executor, access);
                Result<json::value> answer = co_await client->create(config_map_type, "n", {});
                EXPECT_TRUE(answer);
                EXPECT_EQ(net::header(server.requests[0].headers, "authorization"), "Bearer old");
                EXPECT_EQ(net::header(server.requests[1].headers, "authorization"), "Bearer new");
                answer = co_await client->get(one);
                EXPECT_FALSE(answer);
                EXPECT_EQ(error_of(answer).kind, ErrorKind::refused);
                EXPECT_EQ(server.requests.size(), 4U);
              });
}

TEST(Credentials, ATokenFileIsReadForEachRequest) {
  with_server(
      {{.body = object_text("one", 1)}, {.body = object_text("one", 1)}, {.body = object_text("one", 1)}},
      [](ScriptedServer& server, std::shared_ptr<Client>) -> Task<> {
        Directory directory;
        Access access = server.access();
        access.token_file = directory.write("token", "first\n");
        std::shared_ptr<Client> const client = Client::create(co_await asio::this_coro::executor, access);
        EXPECT_TRUE(co_await client->get(one));
        directory.write("token", "second\n");
        EXPECT_TRUE(co_await client->get(one));
        EXPECT_EQ(net::header(server.requests[0].headers, "authorization"), "Bearer first");
        EXPECT_EQ(net::header(server.requests[1].headers, "authorization"), "Bearer second");
        std::filesystem::remove(access.token_file);
        Result<json::value> const without = co_await client->get(one);
        EXPECT_FALSE(without);
        EXPECT_THAT(describe(error_of(without)), HasSubstr(access.token_file));
      });
}

}  // namespace
}  // namespace pgdrill::kube
