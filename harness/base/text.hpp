// Small helpers on text that several rooms need.
#pragma once
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace pgdrill {

[[nodiscard]] std::vector<std::string> split(std::string_view text, char separator);
[[nodiscard]] std::string join(std::vector<std::string> const& parts, std::string_view separator);
[[nodiscard]] std::string_view trim(std::string_view text);
/// With small letters for A to Z; other bytes stay, so that UTF-8 stays what it is.
[[nodiscard]] std::string lower_case(std::string_view text);
/// The candidate nearest to `word` (Damerau-Levenshtein, at most a third of its length away), if any is near.
[[nodiscard]] std::optional<std::string> nearest(std::string_view word,
                                                 std::vector<std::string> const& candidates);
/// Lower-case random letters and digits, for names that must be unique.
[[nodiscard]] std::string random_suffix(std::size_t length);

}  // namespace pgdrill
