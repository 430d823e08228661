// YAML as a tree of our own: yaml-cpp's marks made right, its silent acceptances made errors.
#pragma once
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "harness/scenario/scenario.hpp"

namespace pgdrill::scenario {

struct YamlNode {
  enum class Kind { null, scalar, list, map } kind = Kind::null;
  std::string scalar;
  bool quoted = false;
  Location
      location;  ///< of a null value or an alias: of its key or its dash, since yaml-cpp gives another place

  struct Entry;
  std::vector<Entry> entries;   ///< of a map, in the file's order, keys unique
  std::vector<YamlNode> items;  ///< of a list

  /// The value of a key, or null.
  [[nodiscard]] YamlNode const* value(std::string_view key) const;
  /// "a map", "a list", "text", "nothing": for messages.
  [[nodiscard]] std::string_view kind_text() const;
};

struct YamlNode::Entry {
  std::string key;
  Location location;
  YamlNode value;
};

/// Reads exactly one document. What is wrong with it as YAML goes to `problems`: syntax, bad UTF-8, more than
/// one document, duplicate keys, merge keys, open quotes, too deep or too large.
[[nodiscard]] YamlNode read_yaml(std::string_view text, std::string const& file,
                                 std::vector<Problem>& problems);

}  // namespace pgdrill::scenario
