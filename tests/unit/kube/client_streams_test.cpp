// exec, port-forward and the forward of a service, over WebSockets.
#include <gmock/gmock.h>

#include "harness/kube/channels.hpp"
#include "tests/unit/kube/scripted_server.hpp"

namespace pgdrill::kube {
namespace {

using namespace std::string_literals;
using testing::ElementsAre;
using testing::HasSubstr;

/// Echoes standard input to standard output until it is closed, then ends with exit code 3.
Task<> cat(net::WebSocket& socket, ScriptedServer& server) {
  static_cast<void>(co_await socket.write("\x01"));
  while (true) {
    Result<net::WebSocketMessage> const message = co_await socket.read();
    if (!message || message->closed) co_return;
    server.messages.push_back(message->payload);
    if (message->payload == close_message(0)) break;
    static_cast<void>(co_await socket.write(channel_message(1, message->payload.substr(1))));
  }
  static_cast<void>(
      co_await socket.write("\x02"
                            "done"));
  static_cast<void>(co_await socket.write("\x03" + exit_status(3)));
  static_cast<void>(co_await socket.close());
}

Task<> say_and_vanish(net::WebSocket& socket, ScriptedServer&) {
  static_cast<void>(co_await socket.write("\x01half"));
  socket.abort();
}

Task<> fail_to_run(net::WebSocket& socket, ScriptedServer&) {
  static_cast<void>(co_await socket.write(
      "\x03"
      R"({"status":"Failure","reason":"InternalError","message":"no such program","code":500})"));
  static_cast<void>(co_await socket.close());
}

Task<> succeed(net::WebSocket& socket, ScriptedServer&) {
  static_cast<void>(co_await socket.write("\x03" + exit_status(0)));
  static_cast<void>(co_await socket.close());
}

std::vector<std::string> const command{"sh", "-c", "cat && exit 3"};

TEST(Exec, SpeaksV5WithInput) {
  with_server(
      {{.protocol = std::string(exec_v5), .talk = cat}},
      [](ScriptedServer& server, std::shared_ptr<Client> client) -> Task<> {
        std::string const input(100'000, 'x');
        Result<ExecResult> const ran = co_await client->exec("n", "p", "c", command, input);
        EXPECT_TRUE(ran);
        EXPECT_EQ(ran->exit_code, 3);
        EXPECT_EQ(ran->out, input);
        EXPECT_EQ(ran->err, "done");
        EXPECT_THAT(
            server.lines(),
            ElementsAre("GET /api/v1/namespaces/n/pods/p/exec?command=sh&command=-c&command=cat%20%26%26"
                        "%20exit%203&container=c&stdin=true&stdout=true&stderr=true"));
        EXPECT_EQ(net::offered_protocols(server.requests[0]).front(), exec_v5);
      });
}

TEST(Exec, FallsBackToV4) {
  with_server(
      {{.status = 403, .body = "unknown protocol"}, {.protocol = std::string(exec_v4), .talk = succeed}},
      [](ScriptedServer& server, std::shared_ptr<Client> client) -> Task<> {
        Result<ExecResult> const ran = co_await client->exec("n", "p", "c", command);
        EXPECT_TRUE(ran);
        EXPECT_EQ(ran->exit_code, 0);
        EXPECT_THAT(net::offered_protocols(server.requests[1]), ElementsAre(std::string(exec_v4)));
      });
}

TEST(Exec, ARefusalWithoutAWordIsToldOnce) {
  with_server({{.status = 403}, {.status = 403}},
              [](ScriptedServer&, std::shared_ptr<Client> client) -> Task<> {
                Result<ExecResult> const ran = co_await client->exec("n", "p", "c", command);
                EXPECT_FALSE(ran);
                EXPECT_EQ(describe(error_of(ran)), "cannot run a command in Pod: HTTP status 403 (Pod n/p)");
              });
}

TEST(Exec, V4CannotCloseTheInput) {
  with_server({{.protocol = std::string(exec_v4), .talk = cat}},
              [](ScriptedServer&, std::shared_ptr<Client> client) -> Task<> {
                Result<ExecResult> const ran = co_await client->exec("n", "p", "c", command, "text");
                EXPECT_FALSE(ran);
                EXPECT_EQ(error_of(ran).kind, ErrorKind::invalid);
              });
}

TEST(Exec, ALostConnectionIsNotAnEnd) {
  with_server({{.protocol = std::string(exec_v5), .talk = say_and_vanish}},
              [](ScriptedServer&, std::shared_ptr<Client> client) -> Task<> {
                Result<ExecResult> const ran = co_await client->exec("n", "p", "c", command);
                EXPECT_FALSE(ran);
                EXPECT_EQ(error_of(ran).kind, ErrorKind::unreachable);
              });
}

TEST(Exec, TellsWhyNothingRan) {
  with_server({{.protocol = std::string(exec_v5), .talk = fail_to_run},
               {.status = 404, .body = status_body(404, "NotFound", "pods \"p\" not found")}},
              [](ScriptedServer&, std::shared_ptr<Client> client) -> Task<> {
                Result<ExecResult> ran = co_await client->exec("n", "p", "c", command);
                EXPECT_FALSE(ran);
                EXPECT_EQ(error_of(ran).why, "no such program");
                EXPECT_EQ(error_of(ran).where, "Pod n/p");
                ran = co_await client->exec("n", "p", "c", command);
                EXPECT_FALSE(ran);
                EXPECT_EQ(error_of(ran).kind, ErrorKind::not_found);
                EXPECT_EQ(error_of(ran).why, "pods \"p\" not found");
              });
}

/// Serves port 5432 (0x1538): tells the ports, answers "ping" with "pong", and ends.
Task<> pong(net::WebSocket& socket, ScriptedServer& server) {
  static_cast<void>(co_await socket.write("\0\x38\x15"s));
  static_cast<void>(co_await socket.write("\x01\x38\x15"s));
  Result<net::WebSocketMessage> const message = co_await socket.read();
  if (!message || message->closed) co_return;
  server.messages.push_back(message->payload);
  static_cast<void>(co_await socket.write("\0po"s));
  static_cast<void>(co_await socket.write("\0ng"s));
  static_cast<void>(co_await socket.close());
}

Task<> refuse_port(net::WebSocket& socket, ScriptedServer&) {
  static_cast<void>(co_await socket.write("\0\x38\x15"s));
  static_cast<void>(co_await socket.write("\x01\x38\x15"s));
  static_cast<void>(
      co_await socket.write("\x01"
                            "dial tcp4 127.0.0.1:5432: connect: connection refused"));
  static_cast<void>(co_await socket.close());
}

TEST(PortForward, CarriesBytesBothWays) {
  with_server(
      {{.protocol = std::string(port_forward_v4), .talk = pong}},
      [](ScriptedServer& server, std::shared_ptr<Client> client) -> Task<> {
        Result<std::unique_ptr<ByteStream>> const stream = co_await client->port_forward("n", "p", 5432);
        EXPECT_TRUE(stream);
        EXPECT_TRUE(co_await write_all(**stream, "ping"));
        Result<std::string> const answer = co_await read_all(**stream);
        EXPECT_EQ(answer.value_or("no answer"), "pong");
        EXPECT_THAT(server.messages, ElementsAre("\0ping"s));
        EXPECT_THAT(server.lines(), ElementsAre("GET /api/v1/namespaces/n/pods/p/portforward?ports=5432"));
        EXPECT_THAT(net::offered_protocols(server.requests[0]), ElementsAre(std::string(port_forward_v4)));
      });
}

TEST(PortForward, TellsThatNobodyListens) {
  with_server({{.protocol = std::string(port_forward_v4), .talk = refuse_port}},
              [](ScriptedServer&, std::shared_ptr<Client> client) -> Task<> {
                Result<std::unique_ptr<ByteStream>> const stream =
                    co_await client->port_forward("n", "p", 5432);
                EXPECT_TRUE(stream);
                Result<std::string> const answer = co_await read_all(**stream);
                EXPECT_FALSE(answer);
                EXPECT_EQ(error_of(answer).kind, ErrorKind::unreachable);
                EXPECT_THAT(error_of(answer).why, HasSubstr("connection refused"));
                EXPECT_EQ(error_of(answer).where, "Pod n/p port 5432");
              });
}

char const* const service = R"({"metadata":{"name":"db"},"spec":{"selector":{"role":"primary"},
                               "ports":[{"port":80,"targetPort":"postgres"}]}})";

std::string pod(std::string const& name, std::string const& ready) {
  return R"({"metadata":{"name":")" + name + R"("},"spec":{"containers":[{"ports":[{"name":"postgres",
         "containerPort":5432}]}]},"status":{"conditions":[{"type":"Ready","status":")" +
         ready + R"("}]}})";
}

Answer const two_pods{.body = R"({"items":[)" + pod("old", "False") + "," + pod("new", "True") + "]}"};
Answer const no_pod{.body = R"({"items":[)" + pod("old", "False") + "]}"};

Task<std::string> ask(std::uint16_t port) {
  Result<std::unique_ptr<ByteStream>> const stream =
      co_await net::connect_tcp("127.0.0.1", port, std::chrono::seconds(5));
  EXPECT_TRUE(stream);
  static_cast<void>(co_await write_all(**stream, "ping"));
  Result<std::string> const answer = co_await read_all(**stream);
  co_return answer.value_or("no answer");
}

TEST(ServiceForward, LeadsEachConnectionToTheReadyPod) {
  Answer const forwarded{.protocol = std::string(port_forward_v4), .talk = pong};
  with_server({{.body = service},
               no_pod,
               {.body = service},
               two_pods,
               forwarded,
               {.body = service},
               two_pods,
               forwarded},
              [](ScriptedServer& server, std::shared_ptr<Client> client) -> Task<> {
                Result<std::unique_ptr<ServiceForward>> const forward =
                    co_await ServiceForward::open(client, "n", "db", 80);
                EXPECT_TRUE(forward);
                for (int connection = 0; connection < 2; ++connection) {
                  std::string const answer = co_await ask((*forward)->local_port());
                  EXPECT_EQ(answer, "pong");
                }
                EXPECT_FALSE((*forward)->last_error());
                EXPECT_THAT(server.lines()[1], HasSubstr("pods?labelSelector=role%3Dprimary"));
                EXPECT_THAT(server.lines()[4], HasSubstr("pods/new/portforward?ports=5432"));
              });
}

TEST(ServiceForward, TellsThatNoPodIsReady) {
  with_server({{.body = service}, two_pods, {.body = service}, no_pod},
              [](ScriptedServer&, std::shared_ptr<Client> client) -> Task<> {
                Result<std::unique_ptr<ServiceForward>> const forward =
                    co_await ServiceForward::open(client, "n", "db", 80);
                EXPECT_TRUE(forward);
                std::string const answer = co_await ask((*forward)->local_port());
                EXPECT_THAT(answer, testing::AnyOf("", "no answer"));
                EXPECT_TRUE((*forward)->last_error());
                EXPECT_EQ((*forward)->last_error().value_or(Error()).code, "NoPodReady");
              });
}

TEST(ServiceForward, RefusesAPortThatIsNotThere) {
  with_server({{.body = service}}, [](ScriptedServer&, std::shared_ptr<Client> client) -> Task<> {
    Result<std::unique_ptr<ServiceForward>> const forward =
        co_await ServiceForward::open(client, "n", "db", 81);
    EXPECT_FALSE(forward);
    EXPECT_EQ(error_of(forward).kind, ErrorKind::not_found);
  });
}

}  // namespace
}  // namespace pgdrill::kube
