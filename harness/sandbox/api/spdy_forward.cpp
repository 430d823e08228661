// kubectl's port-forward: SPDY/3.1 inside WebSocket messages, two streams for each TCP connection.
#include <cstdlib>

#include "harness/base/scope.hpp"
#include "harness/sandbox/api/spdy_frame.hpp"
#include "harness/sandbox/api/spdy_frames.hpp"
#include "harness/sandbox/api/streams.hpp"

namespace pgdrill::sandbox {
namespace {

constexpr std::size_t piece = 32'768;

/// One forwarded TCP connection.
struct Connection {
  std::uint32_t data_stream = 0;
  std::uint32_t error_stream = 0;
  std::uint16_t port = 0;
  std::unique_ptr<ByteStream> pod;  ///< null until dialled
  bool ready = false;               ///< dialled, and what came before has been written
  bool client_done = false;         ///< the client has half-closed
  std::string pending;              ///< what came before
};

struct Session {
  Containers& containers;
  net::WebSocket& socket;
  ApiRequest const& request;
  SpdyEncoder encoder;
  std::map<std::string, std::shared_ptr<Connection>> by_request;  ///< by requestID
  std::map<std::uint32_t, std::shared_ptr<Connection>> by_data_stream;
};

Task<> finish(Session& session, Connection& connection, std::string error) {
  (void)co_await session.socket.write(SpdyEncoder::data(connection.error_stream, error, true));
  (void)co_await session.socket.write(SpdyEncoder::data(connection.data_stream, "", true));
  session.by_data_stream.erase(connection.data_stream);
}

Task<> flush_pending(Connection& connection) {
  while (!connection.pending.empty()) {
    std::string const bytes = std::exchange(connection.pending, "");
    auto const written = co_await write_all(*connection.pod, bytes);
    if (!written) co_return;
  }
  connection.ready = true;
  if (connection.client_done) (void)co_await connection.pod->shutdown_write();
}

Task<> run_connection(Session& session, std::shared_ptr<Connection> connection) {
  auto dialled = co_await session.containers.dial(session.request.ns, session.request.name, connection->port);
  if (!dialled) {
    co_await finish(session, *connection, describe(dialled.error()));
    co_return;
  }
  connection->pod = *std::move(dialled);
  co_await flush_pending(*connection);
  std::vector<char> buffer(piece);
  while (true) {
    auto const count = co_await connection->pod->read_some(buffer);
    if (!count || *count == 0) break;
    auto const sent =
        co_await session.socket.write(SpdyEncoder::data(connection->data_stream, {buffer.data(), *count}));
    if (!sent) break;
  }
  co_await finish(session, *connection, "");
}

Task<> open_stream(Session& session, SpdyFrame const& frame, Scope& scope) {
  auto const header = [&](std::string const& name) {
    auto const found = frame.headers.find(name);
    return found == frame.headers.end() ? std::string() : found->second;
  };
  auto& connection = session.by_request[header("requestid")];
  if (!connection) connection = std::make_shared<Connection>();
  connection->port = static_cast<std::uint16_t>(std::atoi(header("port").c_str()));
  bool const is_error = header("streamtype") == "error";
  (is_error ? connection->error_stream : connection->data_stream) = frame.stream;
  if (!is_error) session.by_data_stream[frame.stream] = connection;
  auto const replied = co_await session.socket.write(session.encoder.reply(frame.stream));
  if (!replied || connection->data_stream == 0 || connection->error_stream == 0) co_return;
  auto const whole = connection;
  session.by_request.erase(header("requestid"));
  scope.spawn("connection", run_connection(session, whole));
}

Task<> take_data(Session& session, SpdyFrame const& frame) {
  auto const found = session.by_data_stream.find(frame.stream);
  if (found == session.by_data_stream.end()) co_return;
  auto const connection = found->second;
  if (frame.fin) connection->client_done = true;
  if (!connection->ready) {
    connection->pending += frame.payload;
    co_return;
  }
  auto const written = co_await write_all(*connection->pod, frame.payload);
  if (!written) co_return;
  if (frame.fin) (void)co_await connection->pod->shutdown_write();
}

Task<> take_frame(Session& session, SpdyFrame frame, Scope& scope) {
  using Type = SpdyFrame::Type;
  if (frame.type == Type::open_stream) co_await open_stream(session, frame, scope);
  if (frame.type == Type::data) co_await take_data(session, frame);
  if (frame.type == Type::ping) (void)co_await session.socket.write(SpdyEncoder::ping(frame.stream));
  if (frame.type == Type::reset) {
    auto const found = session.by_data_stream.find(frame.stream);
    if (found != session.by_data_stream.end() && found->second->pod) found->second->pod->close();
  }
}

}  // namespace

Task<> serve_spdy_forward(Containers& containers, net::WebSocket& socket, ApiRequest const& request) {
  Session session{.containers = containers, .socket = socket, .request = request};
  Scope scope(co_await asio::this_coro::executor);
  std::function<Task<>(SpdyFrame)> take = [&](SpdyFrame frame) {
    return take_frame(session, std::move(frame), scope);
  };
  scope.spawn("frames", read_spdy_frames(socket, std::move(take), scope));
  co_await scope.join();
}

}  // namespace pgdrill::sandbox
