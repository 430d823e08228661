// exec over SPDY/3.1: the client opens a stream for each of error, stdin, stdout and stderr; when all are
// there, the process is joined to them, and its Status ends the error stream.
#include <csignal>

#include "harness/base/scope.hpp"
#include "harness/kube/channels.hpp"
#include "harness/sandbox/api/spdy_frame.hpp"
#include "harness/sandbox/api/spdy_frames.hpp"
#include "harness/sandbox/api/spdy_upgrade.hpp"

namespace pgdrill::sandbox {
namespace {

constexpr std::size_t piece = 32'768;

struct Exec {
  std::unique_ptr<Process> process;
  net::WebSocket& socket;
  std::size_t streams_wanted = 1;  ///< error, and those that the query names
  SpdyEncoder encoder = {};
  std::map<std::string, std::uint32_t> streams = {};  ///< by streamType
  bool started = false;
};

Task<> send_output(Exec& exec, ByteStream& from, std::string type) {
  auto const stream = exec.streams.find(type);
  std::vector<char> buffer(piece);
  while (true) {
    auto const count = co_await from.read_some(buffer);
    if (!count || *count == 0) break;
    if (stream == exec.streams.end())
      continue;  // not asked for: read all the same, so that the process does not block
    auto const sent =
        co_await exec.socket.write(SpdyEncoder::data(stream->second, {buffer.data(), *count}), true);
    if (!sent) co_return;
  }
  if (stream != exec.streams.end())
    (void)co_await exec.socket.write(SpdyEncoder::data(stream->second, "", true), true);
}

Task<> run_to_status(Exec& exec, Scope& frames) {
  Scope outputs(co_await asio::this_coro::executor);
  outputs.spawn("stdout", send_output(exec, exec.process->out(), "stdout"));
  outputs.spawn("stderr", send_output(exec, exec.process->err(), "stderr"));
  co_await outputs.join();
  std::string const status = kube::exit_status(co_await exec.process->wait());
  (void)co_await exec.socket.write(SpdyEncoder::data(exec.streams["error"], status, true), true);
  (void)co_await exec.socket.close();
  frames.cancel();
}

Task<> open_stream(Exec& exec, SpdyFrame const& frame, Scope& scope) {
  auto const type = frame.headers.find("streamtype");
  if (type != frame.headers.end()) exec.streams[type->second] = frame.stream;
  (void)co_await exec.socket.write(exec.encoder.reply(frame.stream), true);
  if (exec.started || exec.streams.size() < exec.streams_wanted) co_return;
  exec.started = true;
  if (!exec.streams.contains("stdin")) exec.process->in().close();
  scope.spawn("process", run_to_status(exec, scope));
}

Task<> take_frame(Exec& exec, SpdyFrame frame, Scope& scope) {
  using Type = SpdyFrame::Type;
  if (frame.type == Type::open_stream) co_await open_stream(exec, frame, scope);
  if (frame.type == Type::ping) (void)co_await exec.socket.write(SpdyEncoder::ping(frame.stream), true);
  auto const input = exec.streams.find("stdin");
  if (frame.type != Type::data || input == exec.streams.end() || frame.stream != input->second) co_return;
  auto const written = co_await write_all(exec.process->in(), frame.payload);
  if (!written || frame.fin) exec.process->in().close();
}

Task<> run_exec(Scope& scope, Exec& exec) {
  // Both outlive this coroutine, whose own frame is gone when the first frame comes.
  std::function<Task<>(SpdyFrame)> take = [run = &exec, within = &scope](SpdyFrame frame) {
    return take_frame(*run, std::move(frame), *within);
  };
  scope.spawn("frames", read_spdy_frames(exec.socket, std::move(take), scope));
  co_return;
}

}  // namespace

Task<> serve_spdy_exec(std::unique_ptr<Process> process, net::WebSocket& socket, ApiRequest const& request) {
  Exec exec{.process = std::move(process), .socket = socket};
  for (std::string const name : {"stdin", "stdout", "stderr"}) {
    if (request.parameter_is_true(name)) ++exec.streams_wanted;
  }
  std::function<Task<>(Scope&)> body = [&](Scope& scope) { return run_exec(scope, exec); };
  co_await with_scope(std::move(body));
  if (exec.process->running()) exec.process->signal_group(SIGKILL);
}

}  // namespace pgdrill::sandbox
