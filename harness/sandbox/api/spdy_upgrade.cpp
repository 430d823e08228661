#include "harness/sandbox/api/spdy_upgrade.hpp"

#include <algorithm>

#include "harness/base/text.hpp"
#include "harness/net/write_turn.hpp"

namespace pgdrill::sandbox {
namespace {

constexpr std::size_t piece = 65'536;

/// Bytes as they come, in the shape of messages.
class RawSocket : public net::WebSocket {
 public:
  RawSocket(asio::any_io_executor const& executor, std::unique_ptr<ByteStream> stream, std::string protocol)
      : stream_(std::move(stream)), protocol_(std::move(protocol)), turn_(executor) {}

  std::string const& protocol() const override { return protocol_; }

  Task<Result<net::WebSocketMessage>> read() override {
    std::vector<char> buffer(piece);
    auto const count = co_await stream_->read_some(buffer);
    if (!count) co_return tl::make_unexpected(count.error());
    if (*count == 0) co_return net::WebSocketMessage{.closed = true};
    co_return net::WebSocketMessage{.payload = std::string(buffer.data(), *count)};
  }

  Task<Result<>> write(std::string payload, bool binary) override {
    (void)binary;
    // One at a time: frames stay whole, and who writes faster than the client reads has to wait.
    co_await turn_.take();
    net::WriteTurn::Hold hold(turn_, *stream_);
    Result<> const written = co_await write_all(*stream_, payload);
    hold.written(written);
    co_return written;
  }

  Task<Result<>> close(int code, std::string reason) override {
    (void)code, (void)reason;
    co_return co_await stream_->shutdown_write();
  }

  void abort() override { stream_->close(); }

 private:
  std::unique_ptr<ByteStream> stream_;
  std::string protocol_;
  net::WriteTurn turn_;
};

}  // namespace

bool is_spdy_upgrade(net::HttpRequest const& request) {
  return request.method == "POST" && net::header(request.headers, "Upgrade") == "SPDY/3.1";
}

Task<Result<std::unique_ptr<net::WebSocket>>> accept_spdy(std::unique_ptr<net::HttpServer> http,
                                                          net::HttpRequest const& request,
                                                          std::string protocol) {
  std::vector<std::string> offered;
  for (auto const& [name, value] : request.headers) {
    if (net::header({{name, value}}, "X-Stream-Protocol-Version").empty()) continue;
    for (std::string const& entry : split(value, ',')) offered.emplace_back(trim(entry));
  }
  if (std::ranges::find(offered, protocol) == offered.end()) {
    net::HttpResponse refused{.status = 403, .body = "unable to upgrade: no stream protocol in common\n"};
    (void)co_await http->respond(std::move(refused));
    co_return fail(
        {.kind = ErrorKind::invalid, .what = "cannot upgrade", .why = "no stream protocol in common"});
  }
  net::HttpResponse switching{
      .status = 101,
      .headers = {
          {"Connection", "Upgrade"}, {"Upgrade", "SPDY/3.1"}, {"X-Stream-Protocol-Version", protocol}}};
  auto const answered = co_await http->respond(std::move(switching));
  if (!answered) co_return tl::make_unexpected(answered.error());
  asio::any_io_executor const executor = co_await asio::this_coro::executor;
  std::unique_ptr<net::WebSocket> socket =
      std::make_unique<RawSocket>(executor, http->release(), std::move(protocol));
  co_return socket;
}

}  // namespace pgdrill::sandbox
