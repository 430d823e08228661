#include "harness/sandbox/api/spdy_frames.hpp"

namespace pgdrill::sandbox {

Task<> read_spdy_frames(net::WebSocket& socket, std::function<Task<>(SpdyFrame)> take, Scope& scope) {
  SpdyDecoder decoder;
  while (true) {
    auto const message = co_await socket.read();
    if (!message || message->closed) break;
    decoder.feed(message->payload);
    while (true) {
      auto frame = decoder.next();
      if (!frame) co_return scope.cancel();
      if (!frame->has_value()) break;
      co_await take(**std::move(frame));
    }
  }
  scope.cancel();
}

}  // namespace pgdrill::sandbox
