// Cuts a file into statements. Unlike PostgreSQL's own splitter it goes on after an error, knows psql's
// commands and the data of COPY ... FROM stdin, and keeps the comments, which carry suppressions and tools'
// annotations.
#pragma once
#include <string_view>
#include <vector>

#include "harness/migrations/review/lexer.hpp"

namespace pgdrill::review {

enum class PieceKind { statement, psql_command, comment };

struct Piece {
  PieceKind kind = PieceKind::statement;
  std::size_t begin = 0;  ///< byte offset of its first token
  std::size_t end = 0;    ///< one past its last token, without the semicolon
};

/// All pieces in order, comments that stand between statements included. Every token that is neither a
/// semicolon nor COPY's data lies in exactly one piece.
[[nodiscard]] std::vector<Piece> split_statements(std::string_view text);

}  // namespace pgdrill::review
