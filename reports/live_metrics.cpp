#include "reports/live_metrics.hpp"

#include "harness/net/socket.hpp"
#include "reports/metrics.hpp"
#include "reports/metrics_server.hpp"

namespace pgdrill::reports {

LiveMetrics::LiveMetrics() = default;
LiveMetrics::~LiveMetrics() = default;

void LiveMetrics::on_event(json::object const& event) { add_event(run_, event); }

std::string LiveMetrics::text() {
  sort_samples(run_);
  MetricSet metrics;
  add_run_metrics(metrics, run_, judge(run_), true);
  return metrics.text();
}

Result<std::uint16_t> LiveMetrics::bind(asio::any_io_executor executor, std::uint16_t port) {
  TRY(listener_, net::Listener::bind(std::move(executor), "127.0.0.1", port));
  return listener_->port();
}

Task<> LiveMetrics::serve() {
  std::function<std::string()> text = [this] { return this->text(); };
  co_await serve_metrics_text(std::move(listener_), std::move(text));
}

}  // namespace pgdrill::reports
