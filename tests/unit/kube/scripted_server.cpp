#include "tests/unit/kube/scripted_server.hpp"

#include "harness/base/text.hpp"

namespace pgdrill::kube {

ScriptedServer::ScriptedServer(asio::any_io_executor executor, std::vector<Answer> script)
    : script_(script.begin(), script.end()),
      listener_(net::Listener::bind(executor, "127.0.0.1", 0).value()) {}

Access ScriptedServer::access() const {
  Access access;
  access.host = "127.0.0.1";
  access.port = listener_->port();
  access.tls = false;
  access.description = "the scripted server";
  return access;
}

std::vector<std::string> ScriptedServer::lines() const {
  std::vector<std::string> lines;
  for (net::HttpRequest const& request : requests) lines.push_back(request.method + " " + request.target);
  return lines;
}

Task<> ScriptedServer::run(Scope& scope) {
  while (true) {
    Result<std::unique_ptr<ByteStream>> stream = co_await listener_->accept();
    if (!stream) co_return;
    ++connections;
    scope.spawn("connection", serve(std::move(*stream)));
  }
}

Task<bool> ScriptedServer::play(net::HttpServer& http, Answer answer) {
  if (answer.chunks.empty()) {
    Result<> const sent = co_await http.respond({answer.status, answer.headers, answer.body});
    co_return sent&& answer.after == Answer::After::keep;
  }
  Result<> sent = co_await http.start_chunks({answer.status, answer.headers, ""});
  for (std::string& chunk : answer.chunks) {
    if (sent) sent = co_await http.send_chunk(std::move(chunk));
  }
  if (!sent || answer.after == Answer::After::close) co_return false;
  if (answer.after == Answer::After::hang) {
    co_await http.closed_by_peer();
    co_return false;
  }
  sent = co_await http.end_chunks();
  co_return sent.has_value();
}

Task<> ScriptedServer::serve(std::unique_ptr<ByteStream> stream) {
  std::unique_ptr<net::HttpServer> http = net::HttpServer::over(std::move(stream));
  while (true) {
    Result<std::optional<net::HttpRequest>> request = co_await http->read();
    if (!request || !*request) co_return;
    requests.push_back(**request);
    Answer answer{.status = 500, .body = "the script is over"};
    if (!script_.empty()) {
      answer = script_.front();
      script_.pop_front();
    }
    if (answer.cut) co_return;
    if (answer.silent) {
      co_await http->closed_by_peer();
      co_return;
    }
    if (answer.talk != nullptr) {
      Result<std::unique_ptr<net::WebSocket>> socket =
          co_await net::WebSocket::accept(std::move(http), **request, answer.protocol);
      if (socket) co_await answer.talk(**socket, *this);
      co_return;
    }
    bool const go_on = co_await play(*http, std::move(answer));
    if (!go_on) co_return;
  }
}

namespace {

Task<> run_body(Scope& scope, ScriptedServer& server, ServerBody body, Duration deadline) {
  scope.spawn("server", server.run(scope));
  asio::any_io_executor const executor = co_await asio::this_coro::executor;
  // A client that waits for ever is a failed test, not a hanging one.
  Task<> work = body(server, Client::create(executor, server.access(), deadline));
  bool const in_time = co_await detail::race_timer(std::move(work), std::chrono::seconds(30));
  EXPECT_TRUE(in_time) << "the client still waits";
  scope.cancel();
}

Task<> run_with_server(std::vector<Answer> script, ServerBody body, Duration deadline) {
  ScriptedServer server(co_await asio::this_coro::executor, std::move(script));
  std::function<Task<>(Scope&)> work = [&](Scope& scope) { return run_body(scope, server, body, deadline); };
  co_await with_scope(std::move(work));
}

}  // namespace

void with_server(std::vector<Answer> script, ServerBody body, Duration deadline) {
  run_to_end(run_with_server(std::move(script), body, deadline));
}

std::string status_body(int code, std::string const& reason, std::string const& message) {
  return json::serialize(json::object{{"kind", "Status"},
                                      {"apiVersion", "v1"},
                                      {"status", "Failure"},
                                      {"message", message},
                                      {"reason", reason},
                                      {"code", code}});
}

std::string object_text(std::string const& name, int version, std::string const& uid) {
  json::object const metadata{
      {"name", name}, {"namespace", "n"}, {"uid", uid}, {"resourceVersion", std::to_string(version)}};
  return json::serialize(json::object{{"kind", "ConfigMap"}, {"metadata", metadata}});
}

std::string list_text(std::vector<std::string> const& items, int version, std::string const& next) {
  return R"({"kind":"ConfigMapList","metadata":{"resourceVersion":")" + std::to_string(version) +
         R"(","continue":")" + next + R"("},"items":[)" + join(items, ",") + "]}";
}

std::string event_text(std::string const& type, std::string const& object) {
  return R"({"type":")" + type + R"(","object":)" + object + "}\n";
}

}  // namespace pgdrill::kube
