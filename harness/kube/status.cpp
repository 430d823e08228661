#include "harness/kube/status.hpp"

#include "harness/base/text.hpp"
#include "harness/kube/forbidden.hpp"
#include "harness/net/http.hpp"

namespace pgdrill::kube {

namespace {

constexpr std::size_t quoted_body = 300;

/// Reason of an answer without a Status.
std::string reason_of(int http_status) {
  switch (http_status) {
    case 400:
      return "BadRequest";
    case 401:
      return "Unauthorized";
    case 403:
      return "Forbidden";
    case 404:
      return "NotFound";
    case 409:
      return "Conflict";
    case 410:
      return "Gone";
    case 422:
      return "Invalid";
    case 429:
      return "TooManyRequests";
    default:
      return "";
  }
}

std::string advice_for(int http_status, std::string_view message) {
  switch (http_status) {
    case 401:
      return "the API server does not accept these credentials: check the user of this kubeconfig context";
    case 403:
      return advice_for_forbidden(message);
    default:
      return "";
  }
}

}  // namespace

Error status_error(json::value const& status, std::string what, std::string where) {
  int const code = static_cast<int>(get_int(status, "code"));
  return {.kind = net::kind_of_status(code),
          .what = std::move(what),
          .where = std::move(where),
          .why = get_string(status, "message", "no message"),
          .todo = advice_for(code, get_string(status, "message")),
          .code = get_string(status, "reason"),
          .status = code};
}

Error status_error(int http_status, std::string_view body, std::string what, std::string where) {
  Result<json::value> const parsed = parse_json(body, "answer");
  Error error;
  if (parsed && get_string(*parsed, "kind") == "Status") {
    error = status_error(*parsed, std::move(what), std::move(where));
    error.kind = net::kind_of_status(http_status);
    error.todo = advice_for(http_status, error.why);
  } else {
    error = {.kind = net::kind_of_status(http_status),
             .what = std::move(what),
             .where = std::move(where),
             .why = "HTTP status " + std::to_string(http_status),
             .code = reason_of(http_status)};
    if (http_status == 401) error.todo = advice_for(http_status, "");
    std::string_view const text = trim(body);
    if (!text.empty() && text != error.why) error.why += ": " + std::string(text.substr(0, quoted_body));
  }
  error.status = http_status;
  return error;
}

}  // namespace pgdrill::kube
