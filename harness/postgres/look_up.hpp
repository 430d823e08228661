// Names of hosts to addresses.
#pragma once
#include <string>

#include "harness/base/task.hpp"

namespace pgdrill::postgres {

/// The first address of a host, as text. The wait can be cancelled at any time, although getaddrinfo cannot:
/// it goes on in a thread of its own until the name server's time is up, and nobody listens any more. Asio's
/// resolver would make the caller wait for that, and every later look-up too.
[[nodiscard]] Task<Result<std::string>> look_up(std::string host);

/// The same for a thread that may block. Error timeout after `limit`.
[[nodiscard]] Result<std::string> look_up_blocking(std::string host, Duration limit);

}  // namespace pgdrill::postgres
