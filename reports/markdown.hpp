// Text from a journal made safe for Markdown (GitHub, GitLab): no markup, no mention, no link of its own.
#pragma once
#include <string>
#include <string_view>

namespace pgdrill::reports {

/// One line, for a table's cell or a list's entry.
[[nodiscard]] std::string markdown_cell(std::string_view text, std::size_t limit = 300);

}  // namespace pgdrill::reports
