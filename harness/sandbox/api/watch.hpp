// Watches: changes as a chunked stream of JSON lines
// (https://kubernetes.io/docs/reference/using-api/api-concepts/#efficient-detection-of-changes).
#pragma once
#include "harness/sandbox/api/request.hpp"
#include "harness/sandbox/api/store.hpp"

namespace pgdrill::sandbox {

/// Streams until timeoutSeconds have passed or the write fails; whoever calls it ends it when the client is
/// gone.
[[nodiscard]] Task<> serve_watch(Store& store, net::HttpServer& http, ApiRequest const& request);

}  // namespace pgdrill::sandbox
