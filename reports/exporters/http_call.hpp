// One HTTP call to a service named by a URL, with a deadline: Pushgateway and Prometheus.
#pragma once
#include <string>

#include "harness/base/task.hpp"
#include "harness/net/http.hpp"

namespace pgdrill::reports {

struct HttpCall {
  std::string method = "GET";
  std::string url;  ///< http or https, host, port, path (already encoded) and query
  std::string body;
  std::string content_type;
  Duration limit = std::chrono::seconds(10);
};

/// The answer whatever its status. Errors: usage for a URL that cannot be used; unreachable; timeout.
[[nodiscard]] Task<Result<net::HttpResponse>> http_call(HttpCall call);

}  // namespace pgdrill::reports
