// The little that an audit reads of migrations written in Python: strings assigned to a name.
#pragma once
#include <string>
#include <string_view>
#include <vector>

namespace pgdrill::migrations {

/// All string literals of the value assigned to `name` at the start of a line (indented or not, with or
/// without a type annotation): one for `revision = "ab"`, several for a tuple or list, in their order; none
/// for None or when there is no such assignment. Brackets may span lines; comments are passed over.
[[nodiscard]] std::vector<std::string> python_strings(std::string_view source, std::string_view name);

}  // namespace pgdrill::migrations
