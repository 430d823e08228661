// Cells of CSV files (RFC 4180) from text that may hold anything.
#pragma once
#include <string>

namespace pgdrill::reports {

/// Quoted, on one line; what a spreadsheet would take for a formula gets an apostrophe before it.
[[nodiscard]] std::string csv_cell(std::string const& text);

}  // namespace pgdrill::reports
