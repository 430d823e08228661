// What the API says about itself: discovery in both forms, OpenAPI, version, and who one is.
#pragma once
#include <optional>

#include "harness/net/http.hpp"

namespace pgdrill::sandbox {

/// The answer for a path that is none of an object's; nothing when there is no such path.
[[nodiscard]] std::optional<net::HttpResponse> answer_discovery(net::HttpRequest const& request);

/// OpenAPI v3 of one group ("api/v1", "apis/batch/v1"): enough for kubectl to see that fields are checked by
/// the server. Null for an unknown group.
[[nodiscard]] std::optional<net::HttpResponse> answer_open_api(net::HttpRequest const& request);

}  // namespace pgdrill::sandbox
