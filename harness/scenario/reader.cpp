#include "harness/scenario/reader.hpp"

#include <algorithm>
#include <regex>

#include "harness/base/text.hpp"

namespace pgdrill::scenario {

namespace {

/// A URL with credentials in it, or a connection string's password.
bool holds_password(std::string_view text) {
  std::size_t const scheme = text.find("://");
  if (scheme != std::string_view::npos) {
    std::string_view const authority = text.substr(scheme + 3, text.find('/', scheme + 3) - scheme - 3);
    std::size_t const at = authority.find('@');
    if (at != std::string_view::npos && authority.substr(0, at).find(':') != std::string_view::npos)
      return true;
  }
  // Also PASSWORD '...' of CREATE and ALTER ROLE.
  static std::regex const password("password(=|\\s+')", std::regex::icase | std::regex::optimize);
  return std::regex_search(text.begin(), text.end(), password);
}

}  // namespace

std::string suggestion(std::string_view word, std::vector<std::string> const& candidates) {
  if (std::optional<std::string> const near = nearest(word, candidates)) {
    return "; did you mean '" + *near + "'?";
  }
  if (candidates.empty()) return "; none are known";
  return "; expected one of: " + join(candidates, ", ");
}

void Reader::complain(Location const& place, std::string message) {
  problems_.push_back({.location = place, .message = std::move(message)});
}

YamlNode Reader::yaml(std::string_view text, std::string const& file) {
  return read_yaml(text, file, problems_);
}

bool Reader::expect_map(YamlNode const& node, std::string_view what) {
  if (node.kind == YamlNode::Kind::map) return true;
  complain(node.location, std::string(what) + " must be a map, not " + std::string(node.kind_text()));
  return false;
}

bool Reader::expect_list(YamlNode const& node, std::string_view what) {
  if (node.kind == YamlNode::Kind::list) return true;
  complain(node.location, std::string(what) + " must be a list, not " + std::string(node.kind_text()));
  return false;
}

void Reader::reject_unknown_key(YamlNode::Entry const& entry, std::vector<std::string> const& allowed) {
  complain(entry.location, "unknown key '" + entry.key + "'" + suggestion(entry.key, allowed));
}

void Reader::reject_unknown_keys(YamlNode const& map, std::vector<std::string> const& allowed) {
  for (YamlNode::Entry const& entry : map.entries) {
    if (std::find(allowed.begin(), allowed.end(), entry.key) == allowed.end()) {
      reject_unknown_key(entry, allowed);
    }
  }
}

std::optional<std::string> Reader::substitute(YamlNode const& node) {
  std::string result;
  std::string_view rest = node.scalar;
  bool good = true;
  while (true) {
    std::size_t const start = rest.find("${");
    if (start == std::string_view::npos) break;
    std::size_t const end = rest.find('}', start);
    if (start > 0 && rest[start - 1] == '$') {  // "$${x}" is the text "${x}"
      result += std::string(rest.substr(0, start - 1)) + "${";
      rest.remove_prefix(start + 2);
      continue;
    }
    if (end == std::string_view::npos) {
      complain(node.location, "'${' without '}'");
      return {};
    }
    std::string const name(rest.substr(start + 2, end - start - 2));
    result += rest.substr(0, start);
    rest.remove_prefix(end + 1);
    auto const found = variables_.find(name);
    if (found == variables_.end()) {
      std::vector<std::string> names;
      for (auto const& [known, value] : variables_) names.push_back(known);
      complain(node.location, "unknown variable '" + name + "'" + suggestion(name, names));
      good = false;
    } else {
      result += found->second;
    }
  }
  if (!good) return {};
  return result + std::string(rest);
}

std::optional<std::string> Reader::text(YamlNode const& node, std::string_view what) {
  if (node.kind != YamlNode::Kind::scalar) {
    complain(node.location, std::string(what) + " must be text, not " + std::string(node.kind_text()));
    return {};
  }
  std::optional<std::string> value = substitute(node);
  if (!value || !holds_password(*value)) return value;
  problems_.push_back(
      {.location = node.location,
       .message =
           std::string(what) + " holds a password; secrets are given by reference: name the Secret instead",
       .secret = true});
  return {};
}

std::optional<Duration> Reader::duration(YamlNode const& node, std::string_view what) {
  std::optional<std::string> const value = text(node, what);
  if (!value) return {};
  Result<Duration> const parsed = parse_duration(*value);
  if (parsed) return *parsed;
  complain(node.location, std::string(what) + " must be a duration such as 500ms or 2m, not '" + *value +
                              "': " + parsed.error().why);
  return {};
}

std::optional<bool> Reader::boolean(YamlNode const& node, std::string_view what) {
  std::optional<std::string> const value = text(node, what);
  if (!value) return {};
  if (*value == "true") return true;
  if (*value == "false") return false;
  complain(node.location, std::string(what) + " must be true or false, not '" + *value + "'");
  return {};
}

std::string Reader::text_of(YamlNode const& map, std::string_view key, std::string_view what, bool required,
                            std::string otherwise) {
  YamlNode const* const node = map.value(key);
  if (node == nullptr) {
    if (required)
      complain(map.location, "missing key '" + std::string(key) + "' (" + std::string(what) + ")");
    return otherwise;
  }
  std::optional<std::string> const value = text(*node, "'" + std::string(key) + "'");
  if (value && value->empty()) complain(node->location, "'" + std::string(key) + "' must not be empty");
  return value.value_or(otherwise);
}

}  // namespace pgdrill::scenario
