// What the client does when the API server goes away in the middle: the log goes on, requests wait, streams
// say it.
#include <gmock/gmock.h>

#include "harness/kube/channels.hpp"
#include "tests/unit/kube/scripted_server.hpp"

namespace pgdrill::kube {
namespace {

using namespace std::string_literals;
using testing::ElementsAre;
using testing::HasSubstr;

ObjectRef const one{config_map_type, "n", "one"};

Task<std::vector<std::string>> lines_of(LogStream& stream, std::optional<Error>& problem) {
  std::vector<std::string> lines;
  while (true) {
    Result<std::optional<std::string>> line = co_await stream.next_line();
    if (!line) problem = line.error();
    if (!line || !*line) co_return lines;
    lines.push_back(std::move(**line));
  }
}

Task<std::vector<std::string>> follow(Client& client, LogOptions options, std::optional<Error>& problem) {
  Result<std::unique_ptr<LogStream>> const stream = co_await client.follow_logs("n", "p", options);
  EXPECT_TRUE(stream);
  if (!stream) co_return std::vector<std::string>();
  co_return co_await lines_of(**stream, problem);
}

TEST(LogRecovery, GoesOnBehindTheLineThatWasReadLast) {
  with_server({{.chunks = {"one\ntwo\nthr"}, .after = Answer::After::close},
               {.chunks = {"one\ntwo\n"}, .after = Answer::After::close},
               {.chunks = {"one\ntwo\nthree\nfour\n"}}},
              [](ScriptedServer& server, std::shared_ptr<Client> client) -> Task<> {
                std::optional<Error> problem;
                std::vector<std::string> const lines = co_await follow(*client, {}, problem);
                EXPECT_THAT(lines, ElementsAre("one", "two", "three", "four"));
                EXPECT_FALSE(problem);
                EXPECT_EQ(server.requests.size(), 3U);
              });
}

TEST(LogRecovery, AnotherContainersLogIsNotTakenForTheSame) {
  with_server({{.chunks = {"one\ntwo\n"}, .after = Answer::After::close}, {.chunks = {"1\n2\n3\n"}}},
              [](ScriptedServer&, std::shared_ptr<Client> client) -> Task<> {
                std::optional<Error> problem;
                std::vector<std::string> const lines = co_await follow(*client, {}, problem);
                EXPECT_THAT(lines, ElementsAre("one", "two"));
                EXPECT_THAT(problem.value_or(Error()).why, HasSubstr("does not begin any more"));
              });
}

TEST(LogRecovery, ALogFromItsTailEndsWithItsConnection) {
  with_server({{.chunks = {"one\n"}, .after = Answer::After::close}},
              [](ScriptedServer& server, std::shared_ptr<Client> client) -> Task<> {
                std::optional<Error> problem;
                std::vector<std::string> const lines = co_await follow(*client, {.tail_lines = 1}, problem);
                EXPECT_THAT(lines, ElementsAre("one"));
                EXPECT_EQ(problem.value_or(Error()).kind, ErrorKind::unreachable);
                EXPECT_EQ(server.requests.size(), 1U);
              });
}

Task<> cancelled_wait(ScriptedServer&, std::shared_ptr<Client> client) {
  Result<std::unique_ptr<LogStream>> const stream = co_await client->follow_logs("n", "p", {});
  Result<std::optional<std::string>> line = co_await (*stream)->next_line();
  EXPECT_TRUE(line && *line == "one");
  line = co_await with_deadline((*stream)->next_line(), std::chrono::milliseconds(20), "quiet");
  EXPECT_EQ(error_of(line).kind, ErrorKind::timeout);
  line = co_await (*stream)->next_line();
  EXPECT_TRUE(line && *line == "two");
}

TEST(LogRecovery, ACancelledWaitLosesNoLine) {
  with_server({{.chunks = {"one\ntw"}, .after = Answer::After::hang}, {.chunks = {"one\ntwo\n"}}},
              cancelled_wait);
}

/// Answers once on a port, goes, and comes back after a while: an API server that is started anew.
class RestartedServer {
 public:
  explicit RestartedServer(asio::any_io_executor executor)
      : executor_(executor), listener_(net::Listener::bind(executor, "127.0.0.1", 0).value()) {
    port_ = listener_->port();
  }

  [[nodiscard]] Access access() const {
    Access access;
    access.host = "127.0.0.1";
    access.port = port_;
    access.tls = false;
    return access;
  }
  /// Serves one request; the connection stays open as long as what it returns.
  Task<std::unique_ptr<net::HttpServer>> serve_one() {
    Result<std::unique_ptr<ByteStream>> stream = co_await listener_->accept();
    std::unique_ptr<net::HttpServer> http = net::HttpServer::over(std::move(*stream));
    Result<std::optional<net::HttpRequest>> const request = co_await http->read();
    EXPECT_TRUE(request && *request);
    ++served_;
    net::HttpResponse response{.status = 200, .body = object_text("one", served_)};
    static_cast<void>(co_await http->respond(std::move(response)));
    co_return http;
  }
  /// The first connection is closed when the client has its answer and has kept the connection for more.
  Task<> run(Duration away) {
    std::unique_ptr<net::HttpServer> first = co_await serve_one();
    while (!answered) co_await sleep_for(std::chrono::milliseconds(1));
    first.reset();
    listener_.reset();
    gone = true;
    co_await sleep_for(away);
    listener_ = net::Listener::bind(executor_, "127.0.0.1", port_).value();
    std::unique_ptr<net::HttpServer> const second = co_await serve_one();
  }

  bool answered = false;  ///< the client says so
  bool gone = false;

 private:
  asio::any_io_executor executor_;
  std::unique_ptr<net::Listener> listener_;
  std::uint16_t port_ = 0;
  int served_ = 0;
};

Task<> ask_around_a_restart(Task<Result<json::value>> (*request)(std::shared_ptr<Client>)) {
  asio::any_io_executor const executor = co_await asio::this_coro::executor;
  RestartedServer server(executor);
  Scope scope(executor);
  scope.spawn("server", server.run(std::chrono::milliseconds(120)));
  std::shared_ptr<Client> const client = Client::create(executor, server.access(), std::chrono::seconds(10));
  Result<json::value> const before = co_await client->get(one);
  EXPECT_TRUE(before);
  server.answered = true;
  while (!server.gone) co_await sleep_for(std::chrono::milliseconds(1));
  Result<json::value> const after = co_await request(client);
  EXPECT_TRUE(after) << ::pgdrill::describe(after.error());
  EXPECT_EQ(version_of(after.value_or(json::value())), "2");
  scope.cancel();
  co_await scope.join();
}

Task<Result<json::value>> read_one(std::shared_ptr<Client> client) { co_return co_await client->get(one); }
TEST(ServerRecovery, AReadWaitsForAServerThatIsStartedAnew) { run_to_end(ask_around_a_restart(read_one)); }

// Of the writing requests one that is never sent twice.
Task<Result<json::value>> create_one(std::shared_ptr<Client> client) {
  co_return co_await client->create(config_map_type, "n", {});
}
TEST(ServerRecovery, AWriteDoesNotGoToAConnectionThatTheServerHasClosed) {
  run_to_end(ask_around_a_restart(create_one));
}

Task<> nobody_there() {
  asio::any_io_executor const executor = co_await asio::this_coro::executor;
  Access access;
  {
    RestartedServer const server(executor);
    access = server.access();
  }
  std::shared_ptr<Client> const client = Client::create(executor, access, std::chrono::hours(1));
  Result<json::value> const answer = co_await client->get(one);
  EXPECT_EQ(error_of(answer).kind, ErrorKind::unreachable);
}

TEST(ServerRecovery, AServerThatNeverAnsweredIsToldAtOnce) { run_to_end(nobody_there()); }

Task<> half_an_answer(net::WebSocket& socket, ScriptedServer&) {
  static_cast<void>(co_await socket.write("\0\x38\x15"s));
  static_cast<void>(co_await socket.write("\x01\x38\x15"s));
  static_cast<void>(co_await socket.write("\0half"s));
}

TEST(PortForwardRecovery, ALostConnectionIsNotTheEndOfTheData) {
  with_server({{.protocol = std::string(port_forward_v4), .talk = half_an_answer}},
              [](ScriptedServer&, std::shared_ptr<Client> client) -> Task<> {
                Result<std::unique_ptr<ByteStream>> const stream =
                    co_await client->port_forward("n", "p", 5432);
                EXPECT_TRUE(stream);
                Result<std::string> const answer = co_await read_all(**stream);
                EXPECT_EQ(error_of(answer).kind, ErrorKind::unreachable);
                EXPECT_EQ(error_of(answer).what, "lost the port-forward");
              });
}

}  // namespace
}  // namespace pgdrill::kube
