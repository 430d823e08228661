#include "harness/kube/kubeconfig.hpp"

#include <gmock/gmock.h>

#include "harness/kube/access_sources.hpp"
#include "tests/unit/kube/directory.hpp"

namespace pgdrill::kube {
namespace {

using testing::AllOf;
using testing::ElementsAre;
using testing::HasSubstr;
using testing::Not;
using testing::Pair;

Result<Access> resolve(std::string file, std::string context = "") {
  return run_to_end(resolve_access_in({.kubeconfig = std::move(file), .context = std::move(context)}, {}));
}

Result<Access> resolve_around(Surroundings surroundings) {
  return run_to_end(resolve_access_in({}, std::move(surroundings)));
}

std::string why_not(Result<Access> const& access) {
  return access ? "it was accepted" : describe(access.error());
}

/// A kubeconfig with one context "main"; `cluster` and `user` are flow maps.
std::string config(std::string const& cluster, std::string const& user) {
  return "apiVersion: v1\nkind: Config\ncurrent-context: main\n"
         "clusters:\n- name: c\n  cluster: " +
         cluster + "\nusers:\n- name: u\n  user: " + user +
         "\ncontexts:\n- name: main\n  context: {cluster: c, user: u, namespace: develop}\n";
}

std::string const plain_cluster = "{server: 'https://api.example:6443'}";

TEST(Kubeconfig, InlineMaterial) {
  Directory directory;
  std::string const file = directory.write(
      "config", config("{server: 'https://10.0.0.1:6443/prefix/', certificate-authority-data: Q0E=, "
                       "certificate-authority: not-there, tls-server-name: api.local}",
                       "{client-certificate-data: Q0VSVA==, client-key-data: S0VZ}"));
  Result<Access> const access = resolve(file);
  ASSERT_TRUE(access) << why_not(access);
  EXPECT_EQ(access->host, "10.0.0.1");
  EXPECT_EQ(access->port, 6443);
  EXPECT_EQ(access->base_path, "/prefix");
  EXPECT_TRUE(access->tls);
  EXPECT_TRUE(access->tls_options.verify);
  EXPECT_EQ(access->tls_options.ca_pem, "CA");
  EXPECT_EQ(access->tls_options.certificate_pem, "CERT");
  EXPECT_EQ(access->tls_options.key_pem, "KEY");
  EXPECT_EQ(access->tls_options.server_name, "api.local");
  EXPECT_EQ(access->default_namespace, "develop");
  EXPECT_EQ(access->description, "context main in " + file);
}

TEST(Kubeconfig, FilesBesideIt) {
  Directory directory;
  directory.write("pki/ca.crt", "CA");
  directory.write("pki/me.crt", "CERT");
  std::string const key = directory.write("elsewhere/me.key", "KEY");
  Result<Access> const access = resolve(directory.write(
      "config", config("{server: 'https://[::1]', certificate-authority: pki/ca.crt}",
                       "{client-certificate: pki/me.crt, client-key: '" + key + "', tokenFile: pki/token}")));
  ASSERT_TRUE(access) << why_not(access);
  EXPECT_EQ(access->host, "::1");
  EXPECT_EQ(access->port, 443);
  EXPECT_EQ(access->tls_options.ca_pem, "CA");
  EXPECT_EQ(access->tls_options.certificate_pem, "CERT");
  EXPECT_EQ(access->tls_options.key_pem, "KEY");
  EXPECT_EQ(access->token_file, (directory.path() / "pki/token").string());
}

TEST(Kubeconfig, OtherCredentials) {
  Directory directory;
  Result<Access> access = resolve(
      directory.write("config", config("{server: 'http://api.example', insecure-skip-tls-verify: true}",
                                       "{token: secret, as: somebody, as-groups: [a, b]}")));
  ASSERT_TRUE(access) << why_not(access);
  EXPECT_FALSE(access->tls);
  EXPECT_FALSE(access->tls_options.verify);
  EXPECT_EQ(access->port, 80);
  EXPECT_EQ(access->bearer_token, "secret");
  EXPECT_THAT(access->headers, ElementsAre(Pair("Impersonate-User", "somebody"),
                                           Pair("Impersonate-Group", "a"), Pair("Impersonate-Group", "b")));
  access = resolve(directory.write("config", config(plain_cluster, "{username: me, password: pw}")));
  ASSERT_TRUE(access) << why_not(access);
  EXPECT_THAT(access->headers, ElementsAre(Pair("Authorization", "Basic bWU6cHc=")));
}

TEST(Kubeconfig, TheContextIsChosen) {
  Directory directory;
  std::string const file = directory.write("config", R"(
current-context: two
clusters: [{name: a, cluster: {server: 'https://a'}}, {name: b, cluster: {server: 'https://b'}}]
contexts: [{name: one, context: {cluster: a}}, {name: two, context: {cluster: b}}]
)");
  EXPECT_EQ(resolve(file).value().host, "b");
  EXPECT_EQ(resolve(file, "one").value().host, "a");
  EXPECT_EQ(resolve(file, "one").value().default_namespace, "default");
  EXPECT_THAT(why_not(resolve(file, "tow")),
              HasSubstr("there is no context 'tow'; there are: one, two (did you mean two?)"));
}

TEST(Kubeconfig, TheFirstOfSeveralFilesWins) {
  Directory directory;
  std::string const first = directory.write("first", R"(
clusters: [{name: a, cluster: {server: 'https://first', certificate-authority: ca}}]
)");
  directory.write("ca", "first CA");
  std::string const second = directory.write("sub/second", R"(
current-context: x
clusters: [{name: a, cluster: {server: 'https://second', certificate-authority: ca}}]
contexts: [{name: x, context: {cluster: a, user: u}}]
users: [{name: u, user: {tokenFile: token}}]
)");
  std::string const third = directory.write("third", "current-context: y\n");
  Surroundings surroundings;
  surroundings.kubeconfig = first + ":/not/there::" + second + ":" + third;
  Result<Access> const access = resolve_around(surroundings);
  ASSERT_TRUE(access) << why_not(access);
  EXPECT_EQ(access->host, "first");
  EXPECT_EQ(access->tls_options.ca_pem, "first CA");
  EXPECT_EQ(access->token_file, (directory.path() / "sub/token").string());
}

TEST(Kubeconfig, HomeWhenNothingElseIsNamed) {
  Directory directory;
  directory.write(".kube/config", config("{server: 'https://home'}", "{}"));
  Surroundings surroundings;
  surroundings.home = directory.path().string();
  EXPECT_EQ(resolve_around(surroundings).value().host, "home");
  // As kubectl: a list that names nothing that exists does not lead to another cluster.
  surroundings.kubeconfig = "/not/there";
  EXPECT_FALSE(resolve_around(surroundings));
}

TEST(Kubeconfig, TheServiceAccountOfAPod) {
  Directory directory;
  directory.write("ca.crt", "CA");
  directory.write("token", "secret");
  directory.write("namespace", "mine\n");
  Surroundings surroundings{.home = "/not/there",
                            .service_host = "10.96.0.1",
                            .service_port = "443",
                            .service_account = directory.path()};
  Result<Access> const access = resolve_around(surroundings);
  ASSERT_TRUE(access) << why_not(access);
  EXPECT_EQ(access->host, "10.96.0.1");
  EXPECT_EQ(access->tls_options.ca_pem, "CA");
  EXPECT_EQ(access->token_file, (directory.path() / "token").string());
  EXPECT_EQ(access->default_namespace, "mine");
}

TEST(Kubeconfig, NowhereNamesAllPlaces) {
  Surroundings surroundings{.kubeconfig = "/not/there:/nor/here", .service_account = "/no/account"};
  std::string const listed = why_not(resolve_around(surroundings));
  EXPECT_THAT(listed, AllOf(HasSubstr("/not/there (from $KUBECONFIG): no such file"), HasSubstr("/nor/here"),
                            HasSubstr("/no/account: not in a pod"), HasSubstr("to mend it: ")));
  surroundings = {.home = "/not/a/home"};
  EXPECT_THAT(why_not(resolve_around(surroundings)), HasSubstr("/not/a/home/.kube/config: no such file"));
  Result<Access> const named = resolve("/not/there");
  EXPECT_THAT(why_not(named), AllOf(HasSubstr("(/not/there)"), HasSubstr("No such file")));
  EXPECT_EQ(named.error().kind, ErrorKind::unreachable);
}

struct Broken {
  char const* name;
  std::string text;
  std::string why;
};

class BrokenKubeconfig : public testing::TestWithParam<Broken> {};

TEST_P(BrokenKubeconfig, SaysWhatIsWrongAndWhere) {
  Directory directory;
  std::string const file = directory.write("config", GetParam().text);
  Result<Access> const access = resolve(file);
  ASSERT_FALSE(access);
  EXPECT_EQ(access.error().kind, ErrorKind::unreachable);
  EXPECT_THAT(why_not(access),
              AllOf(HasSubstr(GetParam().why), HasSubstr(file), Not(HasSubstr("top-secret"))));
}

INSTANTIATE_TEST_SUITE_P(
    Forms, BrokenKubeconfig,
    testing::Values(
        Broken{"NoYaml", "clusters:\n- name: [\n", "config:3:1"},
        Broken{"NoMap", "- a\n- b\n", "expected a map"}, Broken{"Empty", "", "it has no contexts"},
        Broken{"NoCurrent", "contexts: [{name: a, context: {}}]", "choose one with --context"},
        Broken{"NoCluster", "current-context: a\ncontexts: [{name: a, context: {cluster: x}}]",
               "no cluster 'x'"},
        Broken{"NoServer", config("{}", "{}"), "server ''"},
        Broken{"OddServer", config("{server: 'api.example:6443'}", "{}"), "no URL such as https://host:6443"},
        Broken{"NoBase64", config("{server: 'https://a', certificate-authority-data: '%%%'}", "{}"),
               "certificate-authority of cluster c is no base64"},
        Broken{"NoCaFile", config("{server: 'https://a', certificate-authority: lost.crt}", "{}"),
               "lost.crt"},
        Broken{"HalfCertificate", config(plain_cluster, "{client-key-data: S0VZ, token: top-secret}"),
               "only one of"},
        Broken{
            "BothTrusts",
            config("{server: 'https://a', certificate-authority-data: Q0E=, insecure-skip-tls-verify: true}",
                   "{}"),
            "both certificate-authority and insecure-skip-tls-verify"},
        Broken{"Proxy", config("{server: 'https://a', proxy-url: 'http://p'}", "{}"), "proxy-url"},
        Broken{"AuthProvider", config(plain_cluster, "{auth-provider: {name: gcp}}"), "auth-provider (gcp)"}),
    [](auto const& info) { return std::string(info.param.name); });

}  // namespace
}  // namespace pgdrill::kube
