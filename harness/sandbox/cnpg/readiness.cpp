#include "harness/sandbox/cnpg/readiness.hpp"

#include <libpq-fe.h>

#include "harness/base/scope.hpp"
#include "harness/net/http.hpp"
#include "harness/net/socket.hpp"

namespace pgdrill::sandbox::cnpg {
namespace {

// A startup probe (/healthz) that comes while PostgreSQL starts waits for it: the kubelet asks only once a
// second.
constexpr auto longest_answer = std::chrono::milliseconds(900);
constexpr auto ping_interval = std::chrono::milliseconds(100);

Task<> answer(std::unique_ptr<ByteStream> stream, ManagerContext const& context) {
  auto server = net::HttpServer::over(std::move(stream));
  auto const request = co_await server->read();
  if (!request || !*request) co_return;
  bool ready = accepts_connections(context);
  Monotonic const limit = std::chrono::steady_clock::now() + longest_answer;
  bool const starting = (*request)->target.starts_with("/healthz");
  while (!ready && starting && std::chrono::steady_clock::now() < limit) {
    co_await sleep_for(ping_interval);
    ready = accepts_connections(context);
  }
  net::HttpResponse response{
      .status = ready ? 200 : 500, .headers = {}, .body = ready ? "OK" : "instance is not ready yet"};
  auto const sent = co_await server->respond(std::move(response));
  (void)sent;
  server->close();
}

Task<> accept_all(net::Listener& listener, ManagerContext const& context, Scope& scope) {
  while (true) {
    auto accepted = co_await listener.accept();
    if (!accepted) co_return;
    scope.spawn("probe", answer(std::move(*accepted), context));
  }
}

}  // namespace

bool accepts_connections(ManagerContext const& context) {
  std::string const host = context.run.string();
  char const* const names[] = {"host", "user", "dbname", "connect_timeout", nullptr};
  char const* const values[] = {host.c_str(), "postgres", "postgres", "2", nullptr};
  return PQpingParams(names, values, 0) == PQPING_OK;
}

Task<> serve_readiness(ManagerContext const& context) {
  auto executor = co_await asio::this_coro::executor;
  auto listener = net::Listener::bind(executor, context.pod_ip, status_port);
  if (!listener) {
    log_error("cannot start the webserver", error_text(listener.error()));
    co_return;
  }
  log_info("Starting webserver",
           {{"address", fmt::format("{}:{}", context.pod_ip, status_port)}, {"hasTLS", false}});
  Scope scope(executor);
  scope.spawn("webserver", accept_all(**listener, context, scope));
  co_await scope.join();
}

}  // namespace pgdrill::sandbox::cnpg
