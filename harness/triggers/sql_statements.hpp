// A migration's text as single statements, and texts that can be compared with what a server shows of them.
#pragma once
#include <string>
#include <string_view>
#include <vector>

namespace pgdrill::triggers {

/// Splits at semicolons outside quotations, dollar quotations and comments (PostgreSQL 15, 4.1). Statements
/// that are empty or only a comment are left out.
[[nodiscard]] std::vector<std::string> sql_statements(std::string_view text);

/// Without comments, each run of white space one space, no semicolon at the end.
[[nodiscard]] std::string normalised(std::string_view statement);

}  // namespace pgdrill::triggers
