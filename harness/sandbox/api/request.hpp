// A request to the API, taken apart
// (https://kubernetes.io/docs/reference/using-api/api-concepts/#resource-uris).
#pragma once
#include <optional>
#include <string>

#include "harness/kube/resource.hpp"
#include "harness/net/http.hpp"

namespace pgdrill::sandbox {

struct ApiRequest {
  net::HttpRequest http;
  kube::ResourceType type;
  std::string ns;           ///< empty: all namespaces, or a kind without
  std::string name;         ///< empty: the collection
  std::string subresource;  ///< "status", "log", ...
  net::Headers query;

  [[nodiscard]] std::string parameter(std::string_view name_of_it) const;
  [[nodiscard]] bool parameter_is_true(std::string_view name_of_it) const;
  /// True when the client would rather have a Table (kubectl get does).
  [[nodiscard]] bool wants_table() const;
};

/// Nothing when the path is none of an object or collection of a served kind.
[[nodiscard]] std::optional<ApiRequest> parse_api_request(net::HttpRequest http);

[[nodiscard]] net::HttpResponse json_response(int status, json::value const& body);
[[nodiscard]] net::HttpResponse error_response(Error const& error, ApiRequest const* request = nullptr);
/// The same for a request whose connection takes no other one, which the client must know.
[[nodiscard]] net::HttpResponse last_response(Error const& error, ApiRequest const* request = nullptr);

}  // namespace pgdrill::sandbox
