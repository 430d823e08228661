#include <csignal>

#include "harness/base/scope.hpp"
#include "harness/kube/channels.hpp"
#include "harness/sandbox/api/streams.hpp"

namespace pgdrill::sandbox {
namespace {

constexpr std::size_t piece = 32'768;

Task<> send_output(ByteStream& from, net::WebSocket& socket, kube::Channel channel) {
  std::vector<char> buffer(piece);
  while (true) {
    auto const count = co_await from.read_some(buffer);
    if (!count || *count == 0) co_return;
    auto const sent = co_await socket.write(
        kube::channel_message(static_cast<unsigned char>(channel), {buffer.data(), *count}));
    if (!sent) co_return;
  }
}

// Ends when the client is gone.
Task<> take_input(net::WebSocket& socket, Process& process) {
  while (true) {
    auto const message = co_await socket.read();
    if (!message || message->closed) break;
    std::string const& payload = message->payload;
    if (payload.size() >= 2 && static_cast<unsigned char>(payload[0]) == 0xFF && payload[1] == 0) {
      process.in().close();
    } else if (payload.size() > 1 && payload[0] == 0) {
      auto const written = co_await write_all(process.in(), std::string_view(payload).substr(1));
      if (!written) process.in().close();
    }
  }
  process.signal_group(SIGKILL);
}

Task<> run_to_status(Process& process, net::WebSocket& socket) {
  Scope outputs(co_await asio::this_coro::executor);
  outputs.spawn("stdout", send_output(process.out(), socket, kube::Channel::output));
  outputs.spawn("stderr", send_output(process.err(), socket, kube::Channel::error));
  co_await outputs.join();
  int const code = co_await process.wait();
  (void)co_await socket.write(
      kube::channel_message(static_cast<unsigned char>(kube::Channel::status), kube::exit_status(code)));
  (void)co_await socket.close();
}

}  // namespace

Task<> serve_exec(std::unique_ptr<Process> process, net::WebSocket& socket, ApiRequest const& request) {
  // The lowest channel that the server writes tells that the stream stands.
  (void)co_await socket.write(kube::channel_message(static_cast<unsigned char>(kube::Channel::output), ""));
  if (!request.parameter_is_true("stdin")) process->in().close();
  co_await until_first(run_to_status(*process, socket), take_input(socket, *process));
}

}  // namespace pgdrill::sandbox
