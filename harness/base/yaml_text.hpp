// JSON documents as YAML for people and for kubectl: block style, keys in their own order, text quoted only
// where YAML 1.1 or 1.2 would read it as something else.
#pragma once
#include <string>
#include <vector>

#include "harness/base/json.hpp"

namespace pgdrill {

/// One document, ending in a newline.
[[nodiscard]] std::string to_yaml(json::value const& document);
/// Several, with "---" between them.
[[nodiscard]] std::string to_yaml(std::vector<json::object> const& documents);
/// Text as a YAML scalar: plain when it would be read back as this text, else in double quotes.
[[nodiscard]] std::string yaml_scalar(std::string_view text);

}  // namespace pgdrill
