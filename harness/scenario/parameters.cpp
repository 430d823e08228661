#include <cstdio>
#include <cstdlib>

#include "harness/scenario/scenario.hpp"

namespace pgdrill::scenario {

namespace {

json::value const& declared(json::object const& values, std::string_view name) {
  json::value const* const value = values.if_contains(name);
  if (value != nullptr) return *value;
  std::fprintf(stderr, "pgdrill: bug: parameter '%s' is not declared\n", std::string(name).c_str());
  std::abort();
}

}  // namespace

std::string Location::text() const {
  return file + ":" + std::to_string(line) + ":" + std::to_string(column);
}

std::string Parameters::text(std::string_view name) const {
  json::value const& value = declared(values_, name);
  return value.is_string() ? std::string(value.get_string()) : std::string();
}

std::int64_t Parameters::integer(std::string_view name) const {
  json::value const& value = declared(values_, name);
  return value.is_int64() ? value.get_int64() : 0;
}

double Parameters::number(std::string_view name) const {
  json::value const& value = declared(values_, name);
  return value.is_number() ? value.to_number<double>() : 0;
}

bool Parameters::boolean(std::string_view name) const {
  json::value const& value = declared(values_, name);
  return value.is_bool() && value.get_bool();
}

Duration Parameters::duration(std::string_view name) const {
  return parse_duration(text(name)).value_or(Duration::zero());
}

std::vector<std::string> Parameters::texts(std::string_view name) const {
  std::vector<std::string> all;
  json::value const& value = declared(values_, name);
  if (!value.is_array()) return all;
  for (json::value const& element : value.get_array()) all.emplace_back(element.get_string());
  return all;
}

bool Parameters::given(std::string_view name) const { return !declared(values_, name).is_null(); }

}  // namespace pgdrill::scenario
