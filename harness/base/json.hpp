// Short ways through Boost.JSON documents.
#pragma once
#include <boost/json.hpp>
#include <optional>
#include <string>
#include <string_view>

#include "harness/base/error.hpp"

namespace pgdrill {

namespace json = boost::json;

/// The value at a dotted path ("status.conditions"), or null when any part is missing. A key that has dots
/// itself (a label) is reached by `find(find(o, "metadata.labels"), ...)` with `member`.
[[nodiscard]] json::value const* find(json::value const& document, std::string_view dotted_path);
[[nodiscard]] json::value const* find(json::object const& document, std::string_view dotted_path);
/// A member whose key may contain dots; null when missing or not an object.
[[nodiscard]] json::value const* member(json::value const* object, std::string_view key);

/// Text at a path, or `otherwise` when missing or no string.
[[nodiscard]] std::string get_string(json::value const& document, std::string_view path,
                                     std::string_view otherwise = "");
[[nodiscard]] std::int64_t get_int(json::value const& document, std::string_view path,
                                   std::int64_t otherwise = 0);
[[nodiscard]] bool get_bool(json::value const& document, std::string_view path, bool otherwise = false);

/// Sets the value at a dotted path; makes the objects on the way.
void set(json::object& document, std::string_view dotted_path, json::value value);

/// Parses text; depth up to 128, duplicate keys: last wins. Error kind: invalid, `where` is `name`.
[[nodiscard]] Result<json::value> parse_json(std::string_view text, std::string_view name = "JSON");

/// Serialises with sorted keys and no spaces, so that equal documents are equal bytes.
[[nodiscard]] std::string canonical(json::value const& document);
/// Indented by two spaces, keys in their own order, ends in a newline. For files that people read.
[[nodiscard]] std::string pretty(json::value const& document);

/// A number with at most `digits` decimals and no exponent, as text for reports: 12.345.
[[nodiscard]] std::string fixed(double value, int digits = 3);

}  // namespace pgdrill
