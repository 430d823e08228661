#include "reports/live_metrics.hpp"

#include "harness/base/scope.hpp"
#include "harness/net/http.hpp"
#include "harness/net/socket.hpp"
#include "reports/metrics.hpp"

namespace pgdrill::reports {

namespace {

net::HttpResponse answer(net::HttpRequest const& request, LiveMetrics const& metrics) {
  if (net::path_of(request.target) != "/metrics") return {.status = 404, .body = "see /metrics\n"};
  if (request.method != "GET" && request.method != "HEAD") return {.status = 405, .body = "GET only\n"};
  return {.status = 200,
          .headers = {{"Content-Type", "text/plain; version=0.0.4; charset=utf-8"}},
          .body = metrics.text()};
}

Task<> serve_connection(std::unique_ptr<ByteStream> stream, LiveMetrics const& metrics) {
  std::unique_ptr<net::HttpServer> const server = net::HttpServer::over(std::move(stream));
  while (true) {
    Result<std::optional<net::HttpRequest>> const request = co_await server->read();
    if (!request || !*request) co_return;
    net::HttpResponse response = answer(**request, metrics);
    Result<> const sent = co_await server->respond(std::move(response));
    if (!sent || !server->keep_alive()) co_return;
  }
}

Task<> accept_all(Scope& scope, net::Listener& listener, LiveMetrics const& metrics) {
  while (true) {
    Result<std::unique_ptr<ByteStream>> stream = co_await listener.accept();
    if (!stream) co_return;
    scope.spawn("metrics connection", serve_connection(std::move(*stream), metrics));
  }
}

}  // namespace

LiveMetrics::LiveMetrics() = default;
LiveMetrics::~LiveMetrics() = default;

void LiveMetrics::on_event(json::object const& event) { add_event(run_, event); }

std::string LiveMetrics::text() const { return metrics_text(run_, judge(run_)); }

Result<std::uint16_t> LiveMetrics::bind(asio::any_io_executor executor, std::uint16_t port) {
  TRY(listener_, net::Listener::bind(std::move(executor), "127.0.0.1", port));
  return listener_->port();
}

Task<> LiveMetrics::serve() {
  // The listener must not outlive the loop, as this object may.
  std::unique_ptr<net::Listener> const listener = std::move(listener_);
  std::function<Task<>(Scope&)> body = [&](Scope& scope) { return accept_all(scope, *listener, *this); };
  co_await with_scope(std::move(body));
}

}  // namespace pgdrill::reports
