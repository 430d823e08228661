// What a ServiceAccount with few rights is told: verb, resource, namespace, and the rule that would allow it.
#include "harness/base/files.hpp"
#include "tests/e2e/kube_support.hpp"

namespace pgdrill::kube {
namespace {

using testing::HasSubstr;

constexpr ResourceType role_type{"rbac.authorization.k8s.io", "v1", "roles", "Role"};
constexpr ResourceType role_binding_type{"rbac.authorization.k8s.io", "v1", "rolebindings", "RoleBinding"};

/// A ServiceAccount "few" that may only read ConfigMaps, and its token.
Task<std::string> make_account(Client& client, std::string ns) {
  Object account{{"metadata", {{"name", "few"}}}};
  Result<json::value> made = co_await client.create(service_account_type, ns, std::move(account));
  EXPECT_TRUE(ok(made));
  json::object rule{{"apiGroups", {""}}, {"resources", {"configmaps"}}, {"verbs", {"get"}}};
  Object role{{"metadata", {{"name", "few"}}}, {"rules", json::array{std::move(rule)}}};
  made = co_await client.create(role_type, ns, std::move(role));
  EXPECT_TRUE(ok(made));
  json::object const subject{{"kind", "ServiceAccount"}, {"name", "few"}, {"namespace", ns}};
  Object binding{{"metadata", {{"name", "few"}}},
                 {"roleRef", {{"apiGroup", "rbac.authorization.k8s.io"}, {"kind", "Role"}, {"name", "few"}}},
                 {"subjects", json::array{subject}}};
  made = co_await client.create(role_binding_type, ns, std::move(binding));
  EXPECT_TRUE(ok(made));
  Object secret{
      {"metadata", {{"name", "few"}, {"annotations", {{"kubernetes.io/service-account.name", "few"}}}}},
      {"type", "kubernetes.io/service-account-token"}};
  made = co_await client.create(secret_type, ns, std::move(secret));
  EXPECT_TRUE(ok(made));
  auto filled = [](json::value const* object) {
    return object != nullptr && !get_string(*object, "data.token").empty();
  };
  Result<json::value> const token = co_await wait_for(client, {secret_type, ns, "few"}, filled,
                                                      std::chrono::seconds(30), "no token was made");
  EXPECT_TRUE(ok(token));
  if (!token) co_return std::string();
  co_return base64_decode(get_string(*token, "data.token")).value_or("");
}

void expect_refusal(std::optional<Error> const& error, std::string const& ns, std::string const& resource,
                    std::string const& verb) {
  ASSERT_TRUE(error) << verb << " " << resource << " was allowed";
  EXPECT_EQ(error->kind, ErrorKind::refused);
  EXPECT_EQ(error->status, 403);
  EXPECT_THAT(error->why, HasSubstr("cannot " + verb + " resource \"" + resource + "\""));
  EXPECT_THAT(error->todo, HasSubstr("by a Role in namespace " + ns + ": {apiGroups: "));
  EXPECT_THAT(error->todo, HasSubstr("resources: [" + resource + "], verbs: [" + verb + "]}"));
  EXPECT_THAT(error->todo, HasSubstr("system:serviceaccount:" + ns + ":few"));
}

template <class T>
std::optional<Error> error_in(Result<T> const& result) {
  if (result) return std::nullopt;
  return result.error();
}

Task<> few_rights(std::shared_ptr<Client> admin, std::string ns) {
  Access access = admin->access();
  access.bearer_token = co_await make_account(*admin, ns);
  access.tls_options.certificate_pem.clear();
  access.tls_options.key_pem.clear();
  access.headers.clear();
  std::shared_ptr<Client> const few = Client::create(co_await asio::this_coro::executor, access);
  Result<json::value> const made = co_await admin->create(config_map_type, ns, config_map("one", "a"));
  EXPECT_TRUE(ok(made));
  Result<json::value> const allowed = co_await few->get({config_map_type, ns, "one"});
  EXPECT_TRUE(ok(allowed));

  Result<ObjectList> const list = co_await few->list(pod_type, ns);
  expect_refusal(error_in(list), ns, "pods", "list");
  Result<json::value> const secret = co_await few->get({secret_type, ns, "few"});
  expect_refusal(error_in(secret), ns, "secrets", "get");
  std::unique_ptr<Watch> const watch = few->watch(config_map_type, ns);
  Result<WatchEvent> const event = co_await watch->next();
  expect_refusal(error_in(event), ns, "configmaps", "list");
  Result<json::value> const created = co_await few->create(lease_type, ns, {{"metadata", {{"name", "l"}}}});
  expect_refusal(error_in(created), ns, "leases", "create");
  Result<> const removed = co_await few->remove({config_map_type, ns, "one"});
  expect_refusal(error_in(removed), ns, "configmaps", "delete");
  Result<std::string> const log = co_await few->logs(ns, "some-pod");
  expect_refusal(error_in(log), ns, "pods/log", "get");
  std::vector<std::string> const command{"true"};
  Result<ExecResult> const ran = co_await few->exec(ns, "some-pod", "main", command);
  // Kubernetes before 1.35 asks for get on a WebSocket, later ones for create.
  std::string const verb = ran || ran.error().why.find("cannot get") != std::string::npos ? "get" : "create";
  expect_refusal(error_in(ran), ns, "pods/exec", verb);
  Result<std::unique_ptr<ByteStream>> const stream = co_await few->port_forward(ns, "some-pod", 5432);
  expect_refusal(error_in(stream), ns, "pods/portforward", verb);
  Result<json::value> const node = co_await few->raw_get("/api/v1/nodes");
  EXPECT_FALSE(node);
  if (!node)
    EXPECT_THAT(node.error().todo, HasSubstr("by a ClusterRole: {apiGroups: [\"\"], resources: [nodes]"));
}

TEST_F(RealApiServer, RefusalsNameTheRuleThatIsMissing) { run(few_rights); }

}  // namespace
}  // namespace pgdrill::kube
