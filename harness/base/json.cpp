#include "harness/base/json.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <vector>

#include "harness/base/text.hpp"

namespace pgdrill {

json::value const* member(json::value const* object, std::string_view key) {
  if (object == nullptr || !object->is_object()) return nullptr;
  return object->get_object().if_contains(key);
}

json::value const* find(json::object const& document, std::string_view dotted_path) {
  std::size_t const dot = dotted_path.find('.');
  json::value const* const first = document.if_contains(dotted_path.substr(0, dot));
  if (first == nullptr || dot == std::string_view::npos) return first;
  return find(*first, dotted_path.substr(dot + 1));
}

json::value const* find(json::value const& document, std::string_view dotted_path) {
  return document.is_object() ? find(document.get_object(), dotted_path) : nullptr;
}

std::string get_string(json::value const& document, std::string_view path, std::string_view otherwise) {
  json::value const* const value = find(document, path);
  return std::string(value != nullptr && value->is_string() ? std::string_view(value->get_string())
                                                            : otherwise);
}

std::int64_t get_int(json::value const& document, std::string_view path, std::int64_t otherwise) {
  json::value const* const value = find(document, path);
  if (value == nullptr) return otherwise;
  if (value->is_int64()) return value->get_int64();
  if (value->is_uint64()) return static_cast<std::int64_t>(value->get_uint64());
  return otherwise;
}

bool get_bool(json::value const& document, std::string_view path, bool otherwise) {
  json::value const* const value = find(document, path);
  return value != nullptr && value->is_bool() ? value->get_bool() : otherwise;
}

void set(json::object& document, std::string_view dotted_path, json::value value) {
  std::size_t const dot = dotted_path.find('.');
  if (dot == std::string_view::npos) {
    document[dotted_path] = std::move(value);
    return;
  }
  json::value& next = document[dotted_path.substr(0, dot)];
  if (!next.is_object()) next.emplace_object();
  set(next.get_object(), dotted_path.substr(dot + 1), std::move(value));
}

Result<json::value> parse_json(std::string_view text, std::string_view name) {
  json::parse_options options;
  options.max_depth = 128;
  boost::system::error_code problem;
  json::value value = json::parse(text, problem, {}, options);
  if (problem) {
    return fail({.kind = ErrorKind::invalid,
                 .what = "cannot read JSON",
                 .where = std::string(name),
                 .why = problem.message()});
  }
  return value;
}

namespace {

std::vector<std::string_view> sorted_keys(json::object const& object) {
  std::vector<std::string_view> keys;
  for (auto const& entry : object) keys.push_back(entry.key());
  std::sort(keys.begin(), keys.end());
  return keys;
}

void write_canonical(json::value const& value, std::string& into) {
  if (value.is_object()) {
    into += '{';
    bool first = true;
    for (std::string_view const key : sorted_keys(value.get_object())) {
      if (!first) into += ',';
      first = false;
      into += json::serialize(json::string(key)) + ':';
      write_canonical(value.get_object().at(key), into);
    }
    into += '}';
  } else if (value.is_array()) {
    into += '[';
    bool first = true;
    for (json::value const& element : value.get_array()) {
      if (!first) into += ',';
      first = false;
      write_canonical(element, into);
    }
    into += ']';
  } else {
    into += json::serialize(value);
  }
}

void write_pretty(json::value const& value, std::size_t indent, std::string& into) {
  std::string const inner(indent + 2, ' ');
  std::string const outer(indent, ' ');
  if (value.is_object() && !value.get_object().empty()) {
    into += "{\n";
    for (auto const& entry : value.get_object()) {
      if (&entry != &*value.get_object().begin()) into += ",\n";
      into += inner + json::serialize(json::string(entry.key())) + ": ";
      write_pretty(entry.value(), indent + 2, into);
    }
    into += "\n" + outer + "}";
  } else if (value.is_array() && !value.get_array().empty()) {
    into += "[\n";
    for (json::value const& element : value.get_array()) {
      if (&element != &value.get_array().front()) into += ",\n";
      into += inner;
      write_pretty(element, indent + 2, into);
    }
    into += "\n" + outer + "]";
  } else if (value.is_double() && std::isfinite(value.get_double())) {
    into += fmt::format("{}", value.get_double());  // Boost.JSON writes 0E0
  } else {
    into += json::serialize(value);
  }
}

}  // namespace

std::string canonical(json::value const& document) {
  std::string text;
  write_canonical(document, text);
  return text;
}

std::string pretty(json::value const& document) {
  std::string text;
  write_pretty(document, 0, text);
  return text + "\n";
}

std::string fixed(double value, int digits) {
  std::string text = fmt::format("{:.{}f}", value, digits);
  if (text.find('.') != std::string::npos) {
    text.erase(text.find_last_not_of('0') + 1);
    if (text.back() == '.') text.pop_back();
  }
  return text == "-0" ? "0" : text;
}

}  // namespace pgdrill
