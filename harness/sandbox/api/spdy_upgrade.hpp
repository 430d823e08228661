// What kubectl before 1.30 speaks: `Upgrade: SPDY/3.1` on the connection itself, for exec and port-forward.
#pragma once
#include "harness/sandbox/api/streams.hpp"

namespace pgdrill::sandbox {

[[nodiscard]] bool is_spdy_upgrade(net::HttpRequest const& request);

/// Answers the upgrade with the protocol that the client offers in X-Stream-Protocol-Version, and takes the
/// connection over: a message of the socket is what a read of the connection gave.
[[nodiscard]] Task<Result<std::unique_ptr<net::WebSocket>>> accept_spdy(std::unique_ptr<net::HttpServer> http,
                                                                        net::HttpRequest const& request,
                                                                        std::string protocol);

/// exec's v4.channel.k8s.io over SPDY: streams error, stdin, stdout and stderr, as the query asks for them.
[[nodiscard]] Task<> serve_spdy_exec(std::unique_ptr<Process> process, net::WebSocket& socket,
                                     ApiRequest const& request);

}  // namespace pgdrill::sandbox
