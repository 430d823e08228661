#include <gmock/gmock.h>

#include <boost/asio/io_context.hpp>

#include "tests/unit/kube/scripted_server.hpp"

namespace pgdrill::kube {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;

ObjectRef const one{config_map_type, "n", "one"};

TEST(ClientRequests, ShapesOfAllVerbs) {
  with_server(
      std::vector<Answer>(7, Answer{.body = object_text("one", 1)}),
      [](ScriptedServer& server, std::shared_ptr<Client> client) -> Task<> {
        EXPECT_TRUE(co_await client->get(one));
        EXPECT_TRUE(co_await client->create(config_map_type, "n", {{"metadata", {{"name", "one"}}}}));
        EXPECT_TRUE(co_await client->update(one, {}, "status"));
        EXPECT_TRUE(co_await client->patch(one, PatchType::merge, {{"data", nullptr}}));
        EXPECT_TRUE(co_await client->patch(one, PatchType::json_patch, json::array()));
        EXPECT_TRUE(co_await client->patch(one, PatchType::apply, json::object(), {.force = true}));
        EXPECT_TRUE(co_await client->remove(one, {.grace_period_seconds = 0, .uid = "u"}));
        std::string const path = "/api/v1/namespaces/n/configmaps";
        EXPECT_THAT(
            server.lines(),
            ElementsAre("GET " + path + "/one", "POST " + path + "?fieldManager=pgdrill",
                        "PUT " + path + "/one/status?fieldManager=pgdrill",
                        "PATCH " + path + "/one?fieldManager=pgdrill",
                        "PATCH " + path + "/one?fieldManager=pgdrill",
                        "PATCH " + path + "/one?fieldManager=pgdrill&force=true", "DELETE " + path + "/one"));
        EXPECT_EQ(json::parse(server.requests[1].body),
                  json::parse(R"({"metadata":{"name":"one"},"apiVersion":"v1","kind":"ConfigMap"})"));
        EXPECT_EQ(net::header(server.requests[3].headers, "content-type"), "application/merge-patch+json");
        EXPECT_EQ(net::header(server.requests[4].headers, "content-type"), "application/json-patch+json");
        EXPECT_EQ(net::header(server.requests[5].headers, "content-type"), "application/apply-patch+yaml");
        json::value const applied = json::parse(server.requests[5].body);
        EXPECT_EQ(name_of(applied), "one");
        json::value const deletion = json::parse(server.requests[6].body);
        EXPECT_EQ(get_int(deletion, "gracePeriodSeconds", -1), 0);
        EXPECT_EQ(get_string(deletion, "preconditions.uid"), "u");
        EXPECT_EQ(server.connections, 1);
      });
}

TEST(ClientRequests, AReadOnAConnectionThatWasClosedIsRepeated) {
  with_server(
      {{.body = object_text("one", 1), .after = Answer::After::close}, {.body = object_text("one", 2)}},
      [](ScriptedServer& server, std::shared_ptr<Client> client) -> Task<> {
        EXPECT_TRUE(co_await client->get(one));
        Result<json::value> const again = co_await client->get(one);
        EXPECT_TRUE(again) << describe(again.error());
        EXPECT_EQ(server.connections, 2);
      });
}

TEST(ClientRequests, AReadThatIsCutOffOnAKeptConnectionIsRepeated) {
  with_server({{.body = object_text("one", 1)}, {.cut = true}, {.body = object_text("one", 2)}},
              [](ScriptedServer& server, std::shared_ptr<Client> client) -> Task<> {
                EXPECT_TRUE(co_await client->get(one));
                Result<json::value> const again = co_await client->get(one);
                EXPECT_TRUE(again) << describe(again.error());
                EXPECT_EQ(server.requests.size(), 3U);
              });
}

TEST(ClientRequests, AWriteThatIsCutOffIsNotRepeated) {
  with_server({{.body = object_text("one", 1)}, {.cut = true}},
              [](ScriptedServer& server, std::shared_ptr<Client> client) -> Task<> {
                EXPECT_TRUE(co_await client->get(one));
                Result<json::value> const made = co_await client->create(config_map_type, "n", {});
                EXPECT_FALSE(made);
                EXPECT_EQ(error_of(made).kind, ErrorKind::unreachable);
                EXPECT_EQ(server.requests.size(), 2U);
              });
}

TEST(ClientRequests, AReadOnAFreshConnectionIsNotRepeated) {
  with_server({{.chunks = {"{"}, .after = Answer::After::close}},
              [](ScriptedServer& server, std::shared_ptr<Client> client) -> Task<> {
                EXPECT_FALSE(co_await client->get(one));
                EXPECT_EQ(server.connections, 1);
              });
}

Task<> times_out(ScriptedServer&, std::shared_ptr<Client> client) {
  Result<json::value> const answer = co_await client->get(one);
  EXPECT_FALSE(answer);
  EXPECT_EQ(error_of(answer).kind, ErrorKind::timeout);
  EXPECT_THAT(describe(error_of(answer)), HasSubstr("cannot get ConfigMap n/one: no answer within 50ms"));
  EXPECT_THAT(error_of(answer).todo, HasSubstr("the scripted server"));
}

TEST(ClientRequests, ASilentServerIsATimeout) {
  with_server({{.silent = true}}, times_out, std::chrono::milliseconds(50));
}

struct StatusCase {
  int status;
  char const* reason;
  ErrorKind kind;
};

class ClientStatus : public testing::TestWithParam<StatusCase> {};

TEST_P(ClientStatus, IsTheError) {
  StatusCase const& tested = GetParam();
  with_server({{.status = tested.status, .body = status_body(tested.status, tested.reason, "because")}},
              [](ScriptedServer&, std::shared_ptr<Client> client) -> Task<> {
                Result<json::value> const answer = co_await client->get(one);
                EXPECT_FALSE(answer);
                EXPECT_EQ(error_of(answer).status, GetParam().status);
                EXPECT_EQ(error_of(answer).code, GetParam().reason);
                EXPECT_EQ(error_of(answer).kind, GetParam().kind);
                EXPECT_EQ(error_of(answer).why, "because");
                EXPECT_EQ(error_of(answer).where, "ConfigMap n/one");
              });
}

INSTANTIATE_TEST_SUITE_P(Kinds, ClientStatus,
                         testing::Values(StatusCase{401, "Unauthorized", ErrorKind::refused},
                                         StatusCase{403, "Forbidden", ErrorKind::refused},
                                         StatusCase{404, "NotFound", ErrorKind::not_found},
                                         StatusCase{409, "AlreadyExists", ErrorKind::conflict},
                                         StatusCase{410, "Expired", ErrorKind::gone},
                                         StatusCase{422, "Invalid", ErrorKind::invalid},
                                         StatusCase{500, "InternalError", ErrorKind::unreachable}),
                         [](auto const& info) { return std::to_string(info.param.status); });

TEST(ClientRequests, AnAnswerThatIsNoStatusIsQuoted) {
  with_server({{.status = 502, .body = "bad gateway\n"}},
              [](ScriptedServer&, std::shared_ptr<Client> client) -> Task<> {
                Result<json::value> const answer = co_await client->get(one);
                EXPECT_FALSE(answer);
                EXPECT_EQ(error_of(answer).why, "HTTP status 502: bad gateway");
              });
}

TEST(ClientRequests, ABusyServerIsAskedAgainWhenItSaysSo) {
  Answer const busy{.status = 429,
                    .body = status_body(429, "TooManyRequests", "slow down"),
                    .headers = {{"Retry-After", "0"}}};
  with_server({busy, busy, {.body = object_text("one", 1)}},
              [](ScriptedServer& server, std::shared_ptr<Client> client) -> Task<> {
                EXPECT_TRUE(co_await client->create(config_map_type, "n", {}));
                EXPECT_EQ(server.requests.size(), 3U);
              });
}

TEST(ClientRequests, APauseBeyondTheDeadlineIsNotWaitedFor) {
  with_server({{.status = 429,
                .body = status_body(429, "TooManyRequests", "slow down"),
                .headers = {{"Retry-After", "3600"}}}},
              [](ScriptedServer& server, std::shared_ptr<Client> client) -> Task<> {
                Result<json::value> const answer = co_await client->get(one);
                EXPECT_FALSE(answer);
                EXPECT_EQ(error_of(answer).status, 429);
                EXPECT_EQ(server.requests.size(), 1U);
              });
}

TEST(ClientRequests, ListsPageByPage) {
  with_server({{.body = list_text({object_text("a", 1), object_text("b", 2)}, 9, "next/page")},
               {.body = list_text({object_text("c", 3)}, 9)}},
              [](ScriptedServer& server, std::shared_ptr<Client> client) -> Task<> {
                Result<ObjectList> const list =
                    co_await client->list(config_map_type, "n", {.label_selector = "a=b"});
                EXPECT_TRUE(list);
                EXPECT_EQ(list->items.size(), 3U);
                EXPECT_EQ(list->resource_version, "9");
                EXPECT_EQ(get_string(list->items[2], "apiVersion"), "v1");
                std::string const first = "GET /api/v1/namespaces/n/configmaps?labelSelector=a%3Db&limit=500";
                EXPECT_THAT(server.lines(), ElementsAre(first, first + "&continue=next%2Fpage"));
              });
}

TEST(ClientRequests, APageThatExpiredMeansAllAtOnce) {
  with_server({{.body = list_text({object_text("a", 1)}, 9, "next")},
               {.status = 410, .body = status_body(410, "Expired", "continue parameter is too old")},
               {.body = list_text({object_text("a", 1), object_text("b", 12)}, 15)}},
              [](ScriptedServer& server, std::shared_ptr<Client> client) -> Task<> {
                Result<ObjectList> const list = co_await client->list(config_map_type, "n");
                EXPECT_TRUE(list);
                EXPECT_EQ(list->items.size(), 2U);
                EXPECT_EQ(list->resource_version, "15");
                EXPECT_EQ(server.lines().back(), "GET /api/v1/namespaces/n/configmaps");
              });
}

Task<> reads_below_a_prefix(ScriptedServer& server, std::shared_ptr<Client>) {
  Access access = server.access();
  access.base_path = "/k8s/clusters/c-1";
  std::shared_ptr<Client> const client = Client::create(co_await asio::this_coro::executor, access);
  Result<json::value> const version = co_await client->raw_get("/version");
  EXPECT_TRUE(version);
  EXPECT_THAT(server.lines(), ElementsAre("GET /k8s/clusters/c-1/version"));
}

TEST(ClientRequests, APrefixOfTheServersUrlIsKept) { with_server({{.body = "{}"}}, reads_below_a_prefix); }

TEST(ClientRequests, NobodyListening) {
  Access access;
  access.host = "127.0.0.1";
  access.tls = false;
  access.description = "context lost in /nowhere/config";
  {
    asio::io_context context;
    access.port = net::Listener::bind(context.get_executor(), "127.0.0.1", 0).value()->port();
  }
  std::shared_ptr<Client> const client = Client::create({}, access);
  Result<json::value> const answer = run_to_end(client->get(one));
  ASSERT_FALSE(answer);
  EXPECT_EQ(error_of(answer).kind, ErrorKind::unreachable);
  EXPECT_EQ(error_of(answer).where, "127.0.0.1:" + std::to_string(access.port));
  EXPECT_THAT(describe(error_of(answer)), HasSubstr("Connection refused"));
  EXPECT_THAT(describe(error_of(answer)), HasSubstr("context lost in /nowhere/config"));
}

}  // namespace
}  // namespace pgdrill::kube
