// What a comment of the file says of a column that goes: `-- pgdrill: back COLUMN = EXPRESSION`.
#pragma once
#include <string>
#include <vector>

#include "harness/base/error.hpp"

namespace pgdrill::review {

/// The expression; empty when no comment says one. Error kind usage when a trigger could not compute it from
/// `columns` of its row.
[[nodiscard]] Result<std::string> way_back(std::string const& text, std::string const& column,
                                           std::vector<std::string> const& columns,
                                           std::string const& subject);
[[nodiscard]] bool is_subquery(std::string const& expression);

}  // namespace pgdrill::review
