// WebSocket (RFC 6455) over a ByteStream, both sides, for Kubernetes' exec and port-forward. Framing is a
// state machine without I/O (websocket_frame.hpp); this joins it to a stream.
#pragma once
#include <memory>
#include <string>

#include "harness/base/byte_stream.hpp"
#include "harness/net/http.hpp"

namespace pgdrill::net {

struct WebSocketMessage {
  bool binary = true;
  bool closed = false;  ///< the peer sent a close frame (payload: its code's text), or the stream ended
  bool lost = false;    ///< with `closed`: the stream ended without a close frame
  std::string payload;
};

class WebSocket {
 public:
  /// The client's handshake on a fresh HTTP connection. `protocols` are offered in order. Errors: the
  /// answer's status and body when the server refuses (kind by status: 403 refused, 404 not_found, 400
  /// invalid, ...).
  [[nodiscard]] static Task<Result<std::unique_ptr<WebSocket>>> connect(std::unique_ptr<HttpClient> http,
                                                                        HttpRequest request,
                                                                        std::vector<std::string> protocols);
  /// The server's side: answers the upgrade with the chosen protocol (may be empty) and takes the connection
  /// over.
  [[nodiscard]] static Task<Result<std::unique_ptr<WebSocket>>> accept(std::unique_ptr<HttpServer> http,
                                                                       HttpRequest request,
                                                                       std::string protocol);
  virtual ~WebSocket() = default;

  [[nodiscard]] virtual std::string const& protocol() const = 0;  ///< the one that was agreed on
  /// The next data message, put together from its frames; pings are answered inside. Limit 16 MiB.
  [[nodiscard]] virtual Task<Result<WebSocketMessage>> read() = 0;
  /// Sends one message as one frame. May be called from several coroutines; messages are not mixed.
  [[nodiscard]] virtual Task<Result<>> write(std::string payload, bool binary = true) = 0;
  /// Sends a close frame.
  [[nodiscard]] virtual Task<Result<>> close(int code = 1000, std::string reason = "") = 0;
  virtual void abort() = 0;  ///< drops the connection at once
};

/// True when the request asks for an upgrade to WebSocket.
[[nodiscard]] bool is_websocket_upgrade(HttpRequest const& request);
/// The protocols that a client offers, in its order.
[[nodiscard]] std::vector<std::string> offered_protocols(HttpRequest const& request);

}  // namespace pgdrill::net
