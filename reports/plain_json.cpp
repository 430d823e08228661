#include "reports/plain_json.hpp"

#include <cmath>

namespace pgdrill::reports {

namespace {

void write(json::value const& value, std::size_t indent, std::string& into);

void write_members(json::object const& object, std::size_t indent, std::string& into) {
  into += "{\n";
  bool first = true;
  for (auto const& entry : object) {
    if (!first) into += ",\n";
    first = false;
    into += std::string(indent + 2, ' ') + json::serialize(json::string(entry.key())) + ": ";
    write(entry.value(), indent + 2, into);
  }
  into += "\n" + std::string(indent, ' ') + "}";
}

void write_elements(json::array const& array, std::size_t indent, std::string& into) {
  into += "[\n";
  bool first = true;
  for (json::value const& element : array) {
    if (!first) into += ",\n";
    first = false;
    into += std::string(indent + 2, ' ');
    write(element, indent + 2, into);
  }
  into += "\n" + std::string(indent, ' ') + "]";
}

void write(json::value const& value, std::size_t indent, std::string& into) {
  if (value.is_double()) {
    // JSON knows no infinity, which a quotient of two absurd figures gives.
    into += std::isfinite(value.get_double()) ? fixed(value.get_double(), 6) : "null";
  } else if (value.is_object() && !value.get_object().empty()) {
    write_members(value.get_object(), indent, into);
  } else if (value.is_array() && !value.get_array().empty()) {
    write_elements(value.get_array(), indent, into);
  } else {
    into += json::serialize(value);
  }
}

}  // namespace

std::string plain_json(json::value const& value) {
  std::string text;
  write(value, 0, text);
  return text + "\n";
}

}  // namespace pgdrill::reports
