// The default of a column as a statement gives it: parse nodes know where an expression begins, not where it
// ends.
#pragma once
#include <cstddef>
#include <string>
#include <vector>

#include "harness/migrations/review/lexer.hpp"

namespace pgdrill::review {

/// Of the column whose definition begins at byte `begin` of `text`: "'new'::text" of
/// "state text DEFAULT 'new'::text NOT NULL". Empty when there is none, or when that column is not there.
/// @param tokens those of `text`
[[nodiscard]] std::string default_in_definition(std::string const& text, std::vector<Token> const& tokens,
                                                std::size_t begin, std::string const& column);
/// Of "ADD COLUMN state text DEFAULT 'new' NOT NULL".
[[nodiscard]] std::string default_in_addition(std::string const& command);
/// Of "ALTER COLUMN c SET DEFAULT ...": all that follows.
[[nodiscard]] std::string default_in_command(std::string const& command);

}  // namespace pgdrill::review
