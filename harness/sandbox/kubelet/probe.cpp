#include "harness/sandbox/kubelet/probe.hpp"

#include <fmt/format.h>
#include <signal.h>

#include "harness/base/text.hpp"
#include "harness/net/http.hpp"
#include "harness/net/socket.hpp"

namespace pgdrill::sandbox {
namespace {

using Stream = std::unique_ptr<ByteStream>;

Task<Result<std::string>> talk(Process& process) {
  process.in().close();
  Result<std::string> output = co_await read_all(process.out());
  int const exit_code = co_await process.wait();
  if (exit_code == 0) co_return std::string();
  std::string const text(output ? trim(*output) : std::string_view());
  co_return text.empty() ? fmt::format("exit code {}", exit_code) : text;
}

Task<std::string> try_command(json::value probe, StartCommand start, Duration limit) {
  std::vector<std::string> command;
  if (auto const* words = find(probe, "exec.command"); words != nullptr && words->is_array()) {
    for (auto const& word : words->get_array()) command.emplace_back(std::string_view(word.as_string()));
  }
  auto process = start(std::move(command));
  if (!process) co_return process.error().why;
  Result<std::string> outcome =
      co_await with_deadline(talk(**process), limit, "the probe's command did not end");
  if (!outcome) (*process)->signal_group(SIGKILL);
  co_return outcome ? *outcome : fmt::format("command timed out after {}", format_duration(limit));
}

Task<std::string> try_http(json::value probe, json::value container, std::string address, Duration limit) {
  json::value const get = *find(probe, "httpGet");
  auto const* port = find(get, "port");
  std::uint16_t const number = port != nullptr ? port_number(*port, container) : std::uint16_t{0};
  std::string const host = get_string(get, "host", address);
  Result<Stream> connected;
  if (get_string(get, "scheme") == "HTTPS") {
    net::TlsClientOptions options;
    options.verify = false;
    connected = co_await net::connect_tls(host, number, options, limit);
  } else {
    connected = co_await net::connect_tcp(host, number, limit);
  }
  if (!connected) co_return describe(connected.error());
  auto client = net::HttpClient::over(std::move(*connected));
  net::HttpRequest request;
  request.target = get_string(get, "path", "/");
  request.headers = {{"Host", host}, {"User-Agent", "kube-probe/1.32"}, {"Connection", "close"}};
  Result<net::HttpResponse> response =
      co_await with_deadline(client->exchange(std::move(request)), limit, "no answer to the probe");
  if (!response) co_return describe(response.error());
  bool const passed = response->status >= 200 && response->status < 400;
  co_return passed ? std::string() : fmt::format("HTTP probe failed with statuscode: {}", response->status);
}

}  // namespace

std::uint16_t port_number(json::value const& port, json::value const& container) {
  if (port.is_int64()) return static_cast<std::uint16_t>(port.get_int64());
  if (port.is_uint64()) return static_cast<std::uint16_t>(port.get_uint64());
  auto const* ports = find(container, "ports");
  if (!port.is_string() || ports == nullptr || !ports->is_array()) return 0;
  for (auto const& candidate : ports->get_array()) {
    if (get_string(candidate, "name") == port.get_string()) {
      return static_cast<std::uint16_t>(get_int(candidate, "containerPort"));
    }
  }
  return 0;
}

Task<std::string> try_probe(json::value probe, json::value container, std::string address,
                            StartCommand start) {
  Duration const limit = std::chrono::seconds(get_int(probe, "timeoutSeconds", 1));
  if (find(probe, "exec") != nullptr) {
    std::string const outcome = co_await try_command(probe, std::move(start), limit);
    co_return outcome;
  }
  if (find(probe, "httpGet") != nullptr) {
    std::string const outcome = co_await try_http(probe, container, address, limit);
    co_return outcome;
  }
  auto const* port = find(probe, "tcpSocket.port");
  if (port == nullptr) co_return "the sandbox knows no probe of this kind";
  Result<Stream> const connected = co_await net::connect_tcp(address, port_number(*port, container), limit);
  co_return connected ? std::string() : describe(connected.error());
}

}  // namespace pgdrill::sandbox
