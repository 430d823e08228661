// pgdrill serve DIRECTORY: /metrics of all drills whose evidence lies there, on loopback.
#include <boost/asio/signal_set.hpp>
#include <csignal>
#include <cstdio>

#include "harness/base/scope.hpp"
#include "harness/cli/load_scenario.hpp"
#include "harness/cli/verb.hpp"
#include "harness/net/socket.hpp"
#include "reports/exporters/evidence_metrics.hpp"
#include "reports/metrics_server.hpp"

namespace pgdrill::cli {

namespace {

Task<> serve(Scope& scope, std::unique_ptr<net::Listener> listener, reports::EvidenceMetrics& metrics) {
  std::function<std::string()> text = [&metrics] {
    metrics.refresh();
    return metrics.text();
  };
  scope.spawn("metrics", reports::serve_metrics_text(std::move(listener), std::move(text)));
  asio::signal_set signals(co_await asio::this_coro::executor, SIGINT, SIGTERM);
  static_cast<void>(co_await signals.async_wait(asio::use_awaitable));
  scope.cancel();
}

Task<Result<>> serve_until_told(reports::EvidenceMetrics& metrics, std::uint16_t port) {
  CO_TRY(std::unique_ptr<net::Listener> listener,
         net::Listener::bind(co_await asio::this_coro::executor, "127.0.0.1", port));
  std::printf("metrics: http://127.0.0.1:%u/metrics\n", static_cast<unsigned>(listener->port()));
  std::fflush(stdout);
  std::function<Task<>(Scope&)> body = [&](Scope& scope) {
    return serve(scope, std::move(listener), metrics);
  };
  co_await with_scope(std::move(body));
  co_return Result<>();
}

int run(Arguments const& arguments) {
  std::optional<double> interval;
  if (arguments.given("expected-interval")) {
    Result<Duration> const given = parse_duration(arguments.text("expected-interval"));
    if (!given) return report_error(given.error());
    interval = to_seconds(*given);
  }
  std::filesystem::path const history = arguments.text("history");
  if (!history.empty()) {
    Result<reports::History> const readable = reports::read_history(history);
    if (!readable) return report_error(readable.error());
  }
  reports::EvidenceMetrics metrics(arguments.text("DIRECTORY"), interval, history);
  Result<std::uint16_t> const port = port_option(arguments, "port");
  if (!port) return report_error(port.error());
  Result<> const served = run_to_end(serve_until_told(metrics, *port));
  return served ? 0 : report_error(served.error());
}

Verb describe_verb() {
  return {.name = "serve",
          .summary = "serve the metrics of all drills in a directory of evidence to Prometheus, on loopback",
          .positionals = {{.name = "DIRECTORY", .help = "where the evidence of the runs lies"}},
          .options = {{.name = "--port", .help = "port on 127.0.0.1; 0: a free one", .default_value = "9798"},
                      {.name = "--history",
                       .help = "what the gate compares with, and its accepted levels: .jsonl or .sqlite file "
                               "(default: the evidence itself)"},
                      {.name = "--expected-interval",
                       .help = "how often the drills are meant to run, for alerts on their age: 24h"}},
          .run = &run};
}

RegisterVerb const registered(&describe_verb);

}  // namespace
}  // namespace pgdrill::cli
