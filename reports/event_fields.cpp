#include "reports/event_fields.hpp"

#include <algorithm>

namespace pgdrill::reports::fields {

namespace {
/// Times and counts of a journal lie far within this (104 days in nanoseconds); whatever a broken one holds,
/// sums and differences of a few cannot overflow.
constexpr std::int64_t largest = std::int64_t{1} << 53U;
}  // namespace

std::string text(json::object const& event, std::string_view path) {
  json::value const* const value = find(event, path);
  return value != nullptr && value->is_string() ? std::string(value->get_string()) : std::string();
}

std::int64_t integer(json::object const& event, std::string_view path, std::int64_t otherwise) {
  json::value const* const value = find(event, path);
  if (value == nullptr) return otherwise;
  if (value->is_int64()) return std::clamp(value->get_int64(), -largest, largest);
  if (value->is_uint64()) return largest;
  return otherwise;
}

json::object object(json::object const& event, std::string_view path) {
  json::value const* const value = find(event, path);
  return value != nullptr && value->is_object() ? value->get_object() : json::object();
}

json::array array(json::object const& event, std::string_view path) {
  json::value const* const value = find(event, path);
  return value != nullptr && value->is_array() ? value->get_array() : json::array();
}

std::vector<std::string> texts(json::object const& event, std::string_view path) {
  std::vector<std::string> result;
  for (json::value const& element : array(event, path)) {
    result.push_back(element.is_string() ? std::string(element.get_string()) : json::serialize(element));
  }
  return result;
}

std::vector<std::int64_t> integers(json::object const& event, std::string_view path) {
  std::vector<std::int64_t> result;
  for (json::value const& element : array(event, path)) {
    if (element.is_int64()) result.push_back(element.get_int64());
    if (element.is_uint64()) result.push_back(static_cast<std::int64_t>(element.get_uint64()));
  }
  return result;
}

std::string error_text(json::object const& event) {
  json::value const* const error = event.if_contains("error");
  if (error == nullptr || error->is_null()) return {};
  if (error->is_string()) return std::string(error->get_string());
  if (!error->is_object()) return json::serialize(*error);
  std::string const what = text(error->get_object(), "what");
  std::string const why = text(error->get_object(), "why");
  return what.empty() ? why : what + (why.empty() ? "" : ": " + why);
}

}  // namespace pgdrill::reports::fields
