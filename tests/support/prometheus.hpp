// Debian's prometheus and prometheus-pushgateway for tests, on loopback, with data in a directory of their
// own.
#pragma once
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "harness/base/json.hpp"
#include "tests/support/command.hpp"

namespace pgdrill::test {

/// A port of 127.0.0.1 that was free a moment ago.
std::uint16_t free_port();

/// A call on loopback; the body of a 2xx answer, else nothing.
std::optional<std::string> http(std::string const& method, std::string const& url,
                                std::string const& body = "");

class Pushgateway {
 public:
  Pushgateway();
  [[nodiscard]] std::string url() const { return "http://127.0.0.1:" + std::to_string(port_); }
  [[nodiscard]] std::string metrics() const { return http("GET", url() + "/metrics").value_or(""); }

 private:
  TemporaryDirectory directory_;
  std::uint16_t port_ = free_port();
  std::unique_ptr<Background> process_;
};

class Prometheus {
 public:
  /// Scrapes these ports of 127.0.0.1 each second, labels honoured, with pgdrill's rules.
  explicit Prometheus(std::vector<std::uint16_t> targets);
  [[nodiscard]] std::string url() const { return "http://127.0.0.1:" + std::to_string(port_); }
  /// The result array of an instant query, or nothing when it is refused.
  [[nodiscard]] std::optional<json::array> query(std::string const& expression) const;
  /// The value of the only series of a query, if there is one.
  [[nodiscard]] std::optional<double> value(std::string const& expression) const;

 private:
  TemporaryDirectory directory_;
  std::uint16_t port_ = free_port();
  std::unique_ptr<Background> process_;
};

}  // namespace pgdrill::test
