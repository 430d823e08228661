#include "harness/postgres/sqlstate.hpp"

#include <algorithm>

#include "harness/base/text.hpp"

namespace pgdrill::postgres {

namespace {

bool is_code(std::string_view text) {
  return text.size() == 5 &&
         std::ranges::all_of(text, [](char c) { return (c >= '0' && c <= '9') || (c >= 'A' && c <= 'Z'); });
}

/// "<SEVERITY>:  <SQLSTATE>: message": two spaces follow the severity in every language.
std::optional<Refusal> parse_line(std::string_view line) {
  constexpr std::string_view separator = ":  ";
  for (auto at = line.find(separator); at != std::string_view::npos; at = line.find(separator, at + 1)) {
    std::string_view const rest = line.substr(at + separator.size());
    if (rest.size() > 7 && is_code(rest.substr(0, 5)) && rest.substr(5, 2) == ": ") {
      return Refusal{.code = std::string(rest.substr(0, 5)), .message = std::string(trim(rest.substr(7)))};
    }
  }
  return std::nullopt;
}

}  // namespace

std::optional<Refusal> parse_refusal(std::string_view text) {
  for (auto const& line : split(text, '\n')) {
    if (auto refusal = parse_line(line)) return refusal;
  }
  return std::nullopt;
}

}  // namespace pgdrill::postgres
