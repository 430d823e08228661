// Fields of a journal's event, whatever it holds: what is missing or of another type is empty.
#pragma once
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "harness/base/json.hpp"

namespace pgdrill::reports::fields {

[[nodiscard]] std::string text(json::object const& event, std::string_view path);
/// Kept within bounds in which sums and differences of a few cannot overflow.
[[nodiscard]] std::int64_t integer(json::object const& event, std::string_view path,
                                   std::int64_t otherwise = 0);
[[nodiscard]] json::object object(json::object const& event, std::string_view path);
[[nodiscard]] json::array array(json::object const& event, std::string_view path);
[[nodiscard]] std::vector<std::string> texts(json::object const& event, std::string_view path);
[[nodiscard]] std::vector<std::int64_t> integers(json::object const& event, std::string_view path);
/// "what: why" of the member `error`.
[[nodiscard]] std::string error_text(json::object const& event);

}  // namespace pgdrill::reports::fields
