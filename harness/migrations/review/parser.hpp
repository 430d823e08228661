// PostgreSQL's own grammar through libpg_query (PostgreSQL 15), as JSON in the shape of the server's parse
// nodes:
// {"AlterTableStmt": {"relation": {...}, "cmds": [...]}}. Syntax of PostgreSQL 16 to 18 that migrations use
// is told to the parser in words that it knows; the node then carries what was meant (see newer_syntax.hpp).
#pragma once
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "harness/base/json.hpp"

namespace pgdrill::review {

struct SyntaxError {
  std::string message;     ///< in PostgreSQL's words: syntax error at or near "foo"
  std::size_t offset = 0;  ///< byte offset in the statement's text
};

/// One statement as PostgreSQL reads it.
struct ParsedStatement {
  /// Where the nodes live, which are dropped with it as a whole. Constant, so that nothing is assigned to a
  /// statement whose nodes would then outlive it.
  std::shared_ptr<void> const arena;
  std::string kind;                ///< name of the node: "AlterTableStmt"
  json::value node;                ///< its content, an object
  std::vector<std::string> newer;  ///< syntax newer than the parser: "VIRTUAL", "NOT ENFORCED", "NOT NULL"
};

/// Parses one statement. Placeholders of tools (${name}, {{name}}, :name) stand for an identifier.
[[nodiscard]] tl::expected<ParsedStatement, SyntaxError> parse_statement(std::string const& text);

/// SQL that stands in the body of a DO block or a PL/pgSQL function.
struct EmbeddedSql {
  std::string text;
  bool dynamic =
      false;  ///< argument of EXECUTE; `text` is the literal, or empty when it is put together at run time
  bool in_loop = false;
  bool commits = false;  ///< a COMMIT stands in the same loop: a batched change
};

/// Statements of a PL/pgSQL body; `statement` is the whole DO or CREATE FUNCTION. Empty for other languages
/// and for what cannot be parsed.
[[nodiscard]] std::vector<EmbeddedSql> embedded_statements(std::string const& statement);

/// The first words of a statement that could not be parsed: "ALTER TABLE ... ".
[[nodiscard]] std::string first_words(std::string_view text, std::size_t count = 3);

}  // namespace pgdrill::review
