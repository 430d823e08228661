#include "harness/base/yaml_text.hpp"

#include <algorithm>

#include "harness/base/text.hpp"

namespace pgdrill {

namespace {

// Readers of YAML 1.1 (kubectl's among them) take these words for booleans and null.
constexpr std::string_view reserved[] = {"true", "false", "yes", "no", "on", "off", "y", "n", "null", "~"};

bool is_plain_character(char c) {
  bool const letter = (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9');
  return letter || c == '-' || c == '_' || c == '.' || c == '/' || c == '=' || c == ' ';
}

/// Plain text begins with a letter or a slash, so that it is no number, date, flow collection or indicator.
bool is_plain(std::string_view text) {
  if (text.empty() || text.back() == ' ' || !std::all_of(text.begin(), text.end(), is_plain_character))
    return false;
  char const first = text.front();
  bool const starts_well = (first >= 'a' && first <= 'z') || (first >= 'A' && first <= 'Z') || first == '/';
  return starts_well &&
         std::find(std::begin(reserved), std::end(reserved), lower_case(text)) == std::end(reserved);
}

std::string scalar(json::value const& value) {
  if (value.is_string()) return yaml_scalar(value.get_string());
  if (value.is_array()) return "[]";
  if (value.is_object()) return "{}";
  return json::serialize(value);
}

bool is_block(json::value const& value) {
  return (value.is_array() && !value.get_array().empty()) ||
         (value.is_object() && !value.get_object().empty());
}

/// A list of short words stands in one line.
bool is_flow(json::value const& value) {
  if (!value.is_array()) return false;
  return std::all_of(value.get_array().begin(), value.get_array().end(), [](json::value const& one) {
    return one.is_string() && (one.get_string().empty() || is_plain(one.get_string()));
  });
}

std::string flow(json::array const& list) {
  std::vector<std::string> words;
  for (json::value const& one : list) words.push_back(scalar(one));
  return "[" + join(words, ", ") + "]";
}

void write(std::string& out, json::value const& value, std::size_t indent);

void write_member(std::string& out, std::string_view key, json::value const& value, std::size_t indent) {
  out += yaml_scalar(key) + ":";
  if (!is_block(value)) {
    out += " " + scalar(value) + "\n";
  } else if (is_flow(value)) {
    out += " " + flow(value.get_array()) + "\n";
  } else {
    out += "\n";
    write(out, value, indent + 2);
  }
}

void write_map(std::string& out, json::object const& map, std::size_t indent, bool first_is_placed) {
  for (json::key_value_pair const& entry : map) {
    if (!first_is_placed) out += std::string(indent, ' ');
    first_is_placed = false;
    write_member(out, entry.key(), entry.value(), indent);
  }
}

void write(std::string& out, json::value const& value, std::size_t indent) {
  if (value.is_object()) {
    write_map(out, value.get_object(), indent, false);
    return;
  }
  for (json::value const& one : value.get_array()) {
    out += std::string(indent, ' ') + "-";
    if (one.is_object() && !one.get_object().empty()) {
      out += ' ';
      write_map(out, one.get_object(), indent + 2, true);
    } else if (is_block(one) && !is_flow(one)) {
      out += "\n";
      write(out, one, indent + 2);
    } else {
      out += " " + (is_block(one) ? flow(one.get_array()) : scalar(one)) + "\n";
    }
  }
}

}  // namespace

std::string yaml_scalar(std::string_view text) {
  return is_plain(text) ? std::string(text) : json::serialize(json::string(text));
}

std::string to_yaml(json::value const& document) {
  if (!is_block(document)) return scalar(document) + "\n";
  std::string out;
  write(out, document, 0);
  return out;
}

std::string to_yaml(std::vector<json::object> const& documents) {
  std::vector<std::string> texts;
  for (json::object const& one : documents) texts.push_back(to_yaml(json::value(one)));
  return join(texts, "---\n");
}

}  // namespace pgdrill
