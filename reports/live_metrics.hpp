// /metrics of a run while it goes on, on loopback.
#pragma once
#include <cstdint>
#include <memory>
#include <string>

#include "harness/base/task.hpp"
#include "reports/run.hpp"

namespace pgdrill::net {
class Listener;
}

namespace pgdrill::reports {

class LiveMetrics {
 public:
  LiveMetrics();
  ~LiveMetrics();
  void on_event(json::object const& event);
  [[nodiscard]] std::string text();
  /// Opens 127.0.0.1:port; 0 takes a free one. Returns the port. Error: io.
  [[nodiscard]] Result<std::uint16_t> bind(asio::any_io_executor executor, std::uint16_t port);
  /// Answers GET /metrics until cancelled; needs bind.
  [[nodiscard]] Task<> serve();

 private:
  Run run_;
  std::unique_ptr<net::Listener> listener_;
};

}  // namespace pgdrill::reports
