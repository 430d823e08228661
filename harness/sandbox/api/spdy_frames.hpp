// The loop that exec and port-forward share: frames out of a socket's messages.
#pragma once
#include <functional>

#include "harness/base/scope.hpp"
#include "harness/net/websocket.hpp"
#include "harness/sandbox/api/spdy_frame.hpp"

namespace pgdrill::sandbox {

/// Gives each frame to `take`, one after the other; cancels the scope when the client is gone or speaks no
/// SPDY.
[[nodiscard]] Task<> read_spdy_frames(net::WebSocket& socket, std::function<Task<>(SpdyFrame)> take,
                                      Scope& scope);

}  // namespace pgdrill::sandbox
