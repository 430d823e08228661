// When an answer asks to be asked again.
#pragma once
#include <optional>

#include "harness/base/time.hpp"
#include "harness/net/http.hpp"

namespace pgdrill::kube {

/// How long to wait before the same request is sent again: for 429, and for 503 with Retry-After (seconds,
/// RFC 9110 section 10.2.3), where the server says that it has done nothing. Nothing for any other answer.
[[nodiscard]] std::optional<Duration> retry_pause(net::HttpResponse const& response);

}  // namespace pgdrill::kube
