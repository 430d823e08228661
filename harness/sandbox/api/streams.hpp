// A pod's subresources that are streams: log, exec, portforward.
#pragma once
#include "harness/net/websocket.hpp"
#include "harness/sandbox/api/containers.hpp"
#include "harness/sandbox/api/request.hpp"

namespace pgdrill::sandbox {

/// What a container has written so far, as text/plain.
[[nodiscard]] net::HttpResponse answer_log(Containers& containers, ApiRequest const& request);
/// The same, and on in chunks until the container has ended.
[[nodiscard]] Task<> follow_log(Containers& containers, net::HttpServer& http, ApiRequest const& request);
/// v5.channel.k8s.io or v4.channel.k8s.io over the WebSocket that was accepted.
[[nodiscard]] Task<> serve_exec(std::unique_ptr<Process> process, net::WebSocket& socket,
                                ApiRequest const& request);
/// v4.channel.k8s.io: one TCP connection per port named in the query.
[[nodiscard]] Task<> serve_port_forward(Containers& containers, net::WebSocket& socket,
                                        ApiRequest const& request);

inline constexpr std::string_view spdy_port_forward = "SPDY/3.1+portforward.k8s.io";
/// What stock kubectl speaks: SPDY/3.1 in WebSocket messages, any number of connections to any port.
[[nodiscard]] Task<> serve_spdy_forward(Containers& containers, net::WebSocket& socket,
                                        ApiRequest const& request);

/// Ends the other when one of both has ended.
[[nodiscard]] Task<> until_first(Task<> one, Task<> other);

}  // namespace pgdrill::sandbox
