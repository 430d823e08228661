#include "tests/support/prometheus.hpp"

#include <arpa/inet.h>
#include <sys/socket.h>
#include <unistd.h>

#include <cstdlib>
#include <stdexcept>

#include "harness/base/files.hpp"
#include "harness/net/http.hpp"
#include "reports/exporters/http_call.hpp"

namespace pgdrill::test {

namespace {

std::unique_ptr<Background> start(std::vector<std::string> command, std::filesystem::path const& directory,
                                  std::string const& ready) {
  auto process = std::make_unique<Background>(command, directory / "log");
  bool const up = eventually([&] { return !process->running() || http("GET", ready).has_value(); });
  if (!up || !process->running())
    throw std::runtime_error(command.front() + " does not start:\n" + process->output());
  return process;
}

}  // namespace

std::uint16_t free_port() {
  int const socket = ::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
  sockaddr_in address{};
  address.sin_family = AF_INET;
  address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
  socklen_t size = sizeof(address);
  auto* const generic = reinterpret_cast<sockaddr*>(&address);
  bool const bound = ::bind(socket, generic, size) == 0 && ::getsockname(socket, generic, &size) == 0;
  ::close(socket);
  if (!bound) throw std::runtime_error("no port is free");
  return ntohs(address.sin_port);
}

std::optional<std::string> http(std::string const& method, std::string const& url, std::string const& body) {
  reports::HttpCall call{.method = method, .url = url, .body = body};
  Result<net::HttpResponse> const response = run_to_end(reports::http_call(std::move(call)));
  if (!response || response->status < 200 || response->status > 299) return std::nullopt;
  return response->body;
}

Pushgateway::Pushgateway()
    : process_(start({"prometheus-pushgateway", "--web.listen-address=127.0.0.1:" + std::to_string(port_)},
                     directory_.path(), url() + "/-/ready")) {}

Prometheus::Prometheus(std::vector<std::uint16_t> targets) {
  std::string config =
      "global: {scrape_interval: 1s, evaluation_interval: 1s}\nrule_files: ['" +
      std::string(PGDRILL_SOURCE_DIR) +
      "/reports/prometheus/rules.yaml']\nscrape_configs:\n- job_name: drills\n  honor_labels: "
      "true\n  static_configs:\n  - targets: [";
  for (std::uint16_t const target : targets) config += "'127.0.0.1:" + std::to_string(target) + "',";
  config += "]\n";
  std::filesystem::path const file = directory_.path() / "prometheus.yml";
  if (!write_file_atomically(file, config)) throw std::runtime_error("cannot write " + file.string());
  process_ = start({"prometheus", "--config.file=" + file.string(),
                    "--storage.tsdb.path=" + (directory_.path() / "data").string(),
                    "--web.listen-address=127.0.0.1:" + std::to_string(port_)},
                   directory_.path(), url() + "/-/ready");
}

std::optional<json::array> Prometheus::query(std::string const& expression) const {
  std::optional<std::string> const body =
      http("GET", url() + "/api/v1/query?query=" + net::percent_encode(expression));
  if (!body) return std::nullopt;
  Result<json::value> const document = parse_json(*body, "Prometheus");
  if (!document || get_string(*document, "status") != "success") return std::nullopt;
  json::value const* const result = find(*document, "data.result");
  return result != nullptr && result->is_array() ? std::optional(result->get_array()) : std::nullopt;
}

std::optional<double> Prometheus::value(std::string const& expression) const {
  std::optional<json::array> const result = query(expression);
  if (!result || result->size() != 1) return std::nullopt;
  return std::strtod(result->at(0).at("value").at(1).as_string().c_str(), nullptr);
}

}  // namespace pgdrill::test
