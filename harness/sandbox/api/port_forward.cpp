#include "harness/base/scope.hpp"
#include "harness/kube/channels.hpp"
#include "harness/sandbox/api/streams.hpp"

namespace pgdrill::sandbox {
namespace {

constexpr std::size_t piece = 32'768;

struct Forward {
  std::uint16_t port = 0;
  std::unique_ptr<ByteStream> stream;
};

Task<> from_pod(ByteStream& stream, net::WebSocket& socket, unsigned char channel) {
  std::vector<char> buffer(piece);
  while (true) {
    auto const count = co_await stream.read_some(buffer);
    if (!count || *count == 0) co_return;
    auto const sent = co_await socket.write(kube::channel_message(channel, {buffer.data(), *count}));
    if (!sent) co_return;
  }
}

Task<> from_all(std::vector<Forward>& forwards, net::WebSocket& socket) {
  Scope scope(co_await asio::this_coro::executor);
  for (std::size_t index = 0; index < forwards.size(); ++index) {
    scope.spawn("forward", from_pod(*forwards[index].stream, socket, static_cast<unsigned char>(2 * index)));
  }
  co_await scope.join();
  (void)co_await socket.close();
}

Task<> to_pods(std::vector<Forward>& forwards, net::WebSocket& socket) {
  while (true) {
    auto const message = co_await socket.read();
    if (!message || message->closed) co_return;
    if (message->payload.size() < 2) continue;
    std::size_t const channel = static_cast<unsigned char>(message->payload[0]);
    if (channel % 2 != 0 || channel / 2 >= forwards.size()) continue;
    auto const written =
        co_await write_all(*forwards[channel / 2].stream, std::string_view(message->payload).substr(1));
    if (!written) co_return;
  }
}

std::string port_bytes(std::uint16_t port) {
  return {static_cast<char>(port & 0xFFU), static_cast<char>(port >> 8U)};
}

}  // namespace

Task<> serve_port_forward(Containers& containers, net::WebSocket& socket, ApiRequest const& request) {
  std::vector<Forward> forwards;
  for (auto const& [key, value] : request.query) {
    if (key == "ports")
      forwards.push_back({.port = static_cast<std::uint16_t>(std::atoi(value.c_str())), .stream = nullptr});
  }
  bool reached = !forwards.empty();
  for (std::size_t index = 0; index < forwards.size(); ++index) {
    for (std::size_t const channel : {2 * index, 2 * index + 1}) {
      (void)co_await socket.write(
          kube::channel_message(static_cast<unsigned char>(channel), port_bytes(forwards[index].port)));
    }
    auto stream = co_await containers.dial(request.ns, request.name, forwards[index].port);
    if (stream) {
      forwards[index].stream = *std::move(stream);
      continue;
    }
    reached = false;
    (void)co_await socket.write(
        kube::channel_message(static_cast<unsigned char>(2 * index + 1), describe(stream.error())));
  }
  if (!reached) {
    (void)co_await socket.close();
    co_return;
  }
  co_await until_first(from_all(forwards, socket), to_pods(forwards, socket));
}

}  // namespace pgdrill::sandbox
