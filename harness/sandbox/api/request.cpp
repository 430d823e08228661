#include "harness/sandbox/api/request.hpp"

#include <algorithm>

#include "harness/base/text.hpp"
#include "harness/sandbox/api/errors.hpp"
#include "harness/sandbox/api/store.hpp"

namespace pgdrill::sandbox {
namespace {

std::vector<std::string> segments(std::string_view target) {
  std::vector<std::string> parts;
  for (auto const& part : split(net::path_of(target), '/')) {
    if (!part.empty()) parts.push_back(net::percent_decode(part));
  }
  return parts;
}

kube::ResourceType const* find_type(std::string_view group, std::string_view version,
                                    std::string_view plural) {
  auto const& all = Store::types();
  auto const found = std::ranges::find_if(all, [&](kube::ResourceType const& type) {
    return type.group == group && type.version == version && type.plural == plural;
  });
  return found == all.end() ? nullptr : &*found;
}

}  // namespace

std::string ApiRequest::parameter(std::string_view name_of_it) const {
  for (auto const& [key, value] : query) {
    if (key == name_of_it) return value;
  }
  return "";
}

bool ApiRequest::parameter_is_true(std::string_view name_of_it) const {
  std::string const value = parameter(name_of_it);
  return value == "true" || value == "1";
}

bool ApiRequest::wants_table() const {
  std::string_view const accept = net::header(http.headers, "Accept");
  return accept.find("as=Table") != std::string_view::npos;
}

std::optional<ApiRequest> parse_api_request(net::HttpRequest http) {
  std::vector<std::string> const parts = segments(http.target);
  std::size_t next = 0;
  std::string group;
  if (parts.size() >= 3 && parts[0] == "api") {
    next = 1;
  } else if (parts.size() >= 4 && parts[0] == "apis") {
    group = parts[1];
    next = 2;
  } else {
    return std::nullopt;
  }
  std::string const version = parts[next++];
  ApiRequest request;
  // /namespaces/NS/KIND is inside a namespace; /namespaces, /namespaces/NS and its subresources are of the
  // kind itself.
  if (parts.size() >= next + 3 && parts[next] == "namespaces" &&
      find_type(group, version, parts[next + 2]) != nullptr) {
    request.ns = parts[next + 1];
    next += 2;
  }
  auto const* type = find_type(group, version, parts[next++]);
  if (type == nullptr || parts.size() > next + 3) return std::nullopt;
  request.type = *type;
  if (parts.size() > next) request.name = parts[next];
  if (parts.size() > next + 1) request.subresource = parts[next + 1];
  request.query = net::parse_query(http.target);
  request.http = std::move(http);
  return request;
}

net::HttpResponse json_response(int status, json::value const& body) {
  return {.status = status,
          .headers = {{"Content-Type", "application/json"}},
          .body = json::serialize(body) + "\n"};
}

net::HttpResponse error_response(Error const& error, ApiRequest const* request) {
  json::object const status =
      request != nullptr ? status_of(error, &request->type, request->name) : status_of(error);
  return json_response(static_cast<int>(status.at("code").as_int64()), json::value(status));
}

net::HttpResponse last_response(Error const& error, ApiRequest const* request) {
  net::HttpResponse response = error_response(error, request);
  response.headers.emplace_back("Connection", "close");
  return response;
}

}  // namespace pgdrill::sandbox
