// exec and the forward of a service with much data, for a long time, and half-closed.
#include <gmock/gmock.h>

#include "harness/kube/channels.hpp"
#include "tests/unit/kube/scripted_server.hpp"

namespace pgdrill::kube {
namespace {

using namespace std::string_literals;

std::vector<std::string> const command{"cat"};

/// Echoes, and takes no input while its own output is not taken.
Task<> cat(net::WebSocket& socket, ScriptedServer&) {
  while (true) {
    Result<net::WebSocketMessage> const message = co_await socket.read();
    if (!message || message->closed) co_return;
    if (message->payload == close_message(0)) break;
    Result<> const written = co_await socket.write(channel_message(1, message->payload.substr(1)));
    if (!written) co_return;
  }
  static_cast<void>(co_await socket.write("\x03" + exit_status(0)));
  static_cast<void>(co_await socket.close());
}

TEST(LongExec, OutputFlowsWhileInputDoes) {
  with_server({{.protocol = std::string(exec_v5), .talk = cat}},
              [](ScriptedServer&, std::shared_ptr<Client> client) -> Task<> {
                // More than the sockets' buffers hold.
                std::string const input(std::size_t{24} << 20U, 'x');
                Result<ExecResult> const ran = co_await client->exec("n", "p", "c", command, input);
                EXPECT_TRUE(ran) << ::pgdrill::describe(ran.error());
                EXPECT_TRUE(ran && ran->out == input && ran->exit_code == 0);
              });
}

/// Ends at once, whatever it is given.
Task<> end_at_once(net::WebSocket& socket, ScriptedServer&) {
  static_cast<void>(co_await socket.write("\x03" + exit_status(7)));
  while (true) {
    Result<net::WebSocketMessage> const message = co_await socket.read();
    if (!message || message->closed) co_return;
  }
}

TEST(LongExec, ACommandMayEndBeforeItsInputDoes) {
  with_server({{.protocol = std::string(exec_v5), .talk = end_at_once}},
              [](ScriptedServer&, std::shared_ptr<Client> client) -> Task<> {
                std::string const input(std::size_t{24} << 20U, 'x');
                Result<ExecResult> const ran = co_await client->exec("n", "p", "c", command, input);
                EXPECT_TRUE(ran) << ::pgdrill::describe(ran.error());
                EXPECT_TRUE(ran && ran->exit_code == 7);
              });
}

Task<> take_longer(net::WebSocket& socket, ScriptedServer&) {
  co_await sleep_for(std::chrono::milliseconds(150));
  static_cast<void>(co_await socket.write("\x03" + exit_status(0)));
  static_cast<void>(co_await socket.close());
}

Task<> run_longer(ScriptedServer&, std::shared_ptr<Client> client) {
  Result<ExecResult> const bounded = co_await client->exec("n", "p", "c", command);
  EXPECT_EQ(error_of(bounded).kind, ErrorKind::timeout);
  Command longer{.ns = "n",
                 .pod = "p",
                 .container = "c",
                 .command = command,
                 .input = {},
                 .limit = std::chrono::seconds(20)};
  Result<ExecResult> const ran = co_await run_command(*client, std::move(longer));
  EXPECT_TRUE(ran) << ::pgdrill::describe(ran.error());
}

TEST(LongExec, ALimitOfItsOwnMayBeLongerThanTheClients) {
  Answer const slow{.protocol = std::string(exec_v5), .talk = take_longer};
  with_server({slow, slow}, run_longer, std::chrono::milliseconds(50));
}

constexpr char const* service = R"({"metadata":{"name":"db"},"spec":{"selector":{"role":"primary"},
                                   "ports":[{"port":80,"targetPort":5432}]}})";
constexpr char const* pods = R"({"items":[{"metadata":{"name":"new"},
                                "status":{"conditions":[{"type":"Ready","status":"True"}]}}]})";

/// Answers in pieces, for longer than the client's side is kept open after it has closed.
Task<> answer_slowly(net::WebSocket& socket, ScriptedServer&) {
  static_cast<void>(co_await socket.write("\0\x38\x15"s));
  static_cast<void>(co_await socket.write("\x01\x38\x15"s));
  static_cast<void>(co_await socket.read());
  for (int piece = 0; piece < 4; ++piece) {
    co_await sleep_for(std::chrono::milliseconds(400));
    static_cast<void>(co_await socket.write("\0piece "s));
  }
  static_cast<void>(co_await socket.close());
}

TEST(LongForward, AnAnswerMayComeSlowlyAfterTheQuestionsEnd) {
  with_server({{.body = service},
               {.body = pods},
               {.body = service},
               {.body = pods},
               {.protocol = std::string(port_forward_v4), .talk = answer_slowly}},
              [](ScriptedServer&, std::shared_ptr<Client> client) -> Task<> {
                Result<std::unique_ptr<ServiceForward>> const forward =
                    co_await ServiceForward::open(client, "n", "db", 80);
                EXPECT_TRUE(forward);
                Result<std::unique_ptr<ByteStream>> const stream =
                    co_await net::connect_tcp("127.0.0.1", (*forward)->local_port(), std::chrono::seconds(5));
                EXPECT_TRUE(stream);
                static_cast<void>(co_await write_all(**stream, "question"));
                static_cast<void>(co_await (*stream)->shutdown_write());
                Result<std::string> const answer = co_await read_all(**stream);
                EXPECT_EQ(answer.value_or("no answer"), "piece piece piece piece ");
              });
}

}  // namespace
}  // namespace pgdrill::kube
