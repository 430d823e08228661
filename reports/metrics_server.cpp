#include "reports/metrics_server.hpp"

#include "harness/base/scope.hpp"
#include "harness/net/http.hpp"
#include "harness/net/socket.hpp"

namespace pgdrill::reports {

namespace {

using Text = std::function<std::string()>;
constexpr Duration idle_limit = std::chrono::minutes(2);

net::HttpResponse answer(net::HttpRequest const& request, Text const& text) {
  if (request.method != "GET") return {.status = 405, .headers = {{"Allow", "GET"}}, .body = "GET only\n"};
  if (net::path_of(request.target) != "/metrics") return {.status = 404, .body = "see /metrics\n"};
  return {.status = 200,
          .headers = {{"Content-Type", "text/plain; version=0.0.4; charset=utf-8"}},
          .body = text()};
}

Task<> serve_connection(std::unique_ptr<ByteStream> stream, Text const& text) {
  std::unique_ptr<net::HttpServer> const server = net::HttpServer::over(std::move(stream));
  while (true) {
    // A client that says nothing does not hold a connection for ever.
    Task<Result<std::optional<net::HttpRequest>>> next = server->read();
    Result<std::optional<net::HttpRequest>> const request =
        co_await with_deadline(std::move(next), idle_limit, "reading a request");
    if (!request || !*request) co_return;
    net::HttpResponse response = answer(**request, text);
    Result<> const sent = co_await server->respond(std::move(response));
    if (!sent || !server->keep_alive()) co_return;
  }
}

Task<> accept_all(Scope& scope, net::Listener& listener, Text const& text) {
  while (true) {
    Result<std::unique_ptr<ByteStream>> stream = co_await listener.accept();
    if (!stream) co_return;
    scope.spawn("metrics connection", serve_connection(std::move(*stream), text));
  }
}

}  // namespace

Task<> serve_metrics_text(std::unique_ptr<net::Listener> listener, Text text) {
  std::function<Task<>(Scope&)> body = [&](Scope& scope) { return accept_all(scope, *listener, text); };
  co_await with_scope(std::move(body));
}

}  // namespace pgdrill::reports
