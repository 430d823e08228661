// Changes that take several statements: a column that is split, columns that are merged or moved to a table
// of their own, a type that is replaced. They are told by the statements that do them at once.
#pragma once
#include <optional>
#include <string>
#include <vector>

#include "harness/migrations/review/reviewer.hpp"
#include "harness/migrations/rewrite/rewriting.hpp"

namespace pgdrill::review {

/// Statements of one section, from `first` on.
struct Statements {
  std::string const& text;  ///< of the whole file
  std::vector<StatementReview> const& all;
  std::size_t first = 0;
  Schema const& schema;  ///< as it is before the first
  int major = 15;

  [[nodiscard]] std::string sql(std::size_t index) const;
};

struct GroupRewriting {
  std::size_t consumed = 0;  ///< statements that the rewriting stands for
  Result<Rewriting> rewriting;
};

/// Nothing when no group begins with the first statement.
[[nodiscard]] std::optional<GroupRewriting> rewrite_group(Statements const& statements);

using RewriteGroup = std::optional<GroupRewriting> (*)(Statements const&);
/// One kind of group, one file, registered by its last line.
struct RegisterGroup {
  explicit RegisterGroup(RewriteGroup rewrite);
};

/// ALTER TABLE of one table and nothing but these kinds of commands.
[[nodiscard]] bool alters_only(StatementReview const& statement, Name const& table,
                               std::vector<ActionKind> const& kinds);
/// SET LOCAL, BEGIN and their like say nothing of the schema.
[[nodiscard]] bool is_framing(StatementReview const& statement);
/// What two statements write in one way and another is the same: spaces and comments left out.
[[nodiscard]] std::string without_spaces(std::string const& sql);
/// `-- pgdrill: back COLUMN = EXPRESSION` anywhere in the file: how a dropped column is computed from what
/// took its place. A label in quotes may stand for the column. Empty when the file has none for it.
[[nodiscard]] std::string directive_back(std::string const& text, std::string const& column);

struct Assignment {
  std::string column;
  std::string expression;
};
/// Of `UPDATE t SET a = x, b = y`; nothing when it has FROM, WHERE or another form.
[[nodiscard]] std::optional<std::vector<Assignment>> assignments_of(std::string const& update);
/// The parts between commas at depth 0.
[[nodiscard]] std::vector<std::string> split_list(std::string const& sql);

}  // namespace pgdrill::review
