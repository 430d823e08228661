// A migration file in the dialect of its tool: plain SQL, pairs of up and down, Flyway, goose, dbmate,
// sql-migrate, node-pg-migrate, tern, Prisma, diesel, sqitch, Alembic's offline output.
#pragma once
#include <filesystem>
#include <optional>
#include <string>
#include <vector>

#include "harness/base/error.hpp"
#include "harness/migrations/review/parser.hpp"

namespace pgdrill::review {

enum class Direction { up, down };

/// How the tool sends the statements of a section.
enum class TransactionMode {
  autocommit,  ///< one by one: a failure leaves the earlier ones done
  wrapped,     ///< in a transaction of the tool
  one_string,  ///< in one simple query: several statements are one transaction without saying so
};

struct Statement {
  std::size_t begin = 0;  ///< byte offset in the file
  std::size_t end = 0;
  std::string text = {};
  std::optional<ParsedStatement> parsed = {};  ///< empty: see `error`
  SyntaxError error = {};
};

struct Section {
  Direction direction = Direction::up;
  TransactionMode mode = TransactionMode::autocommit;
  std::size_t begin = 0;  ///< offset of the annotation that begins it, 0 for the whole file
  std::vector<Statement> statements = {};
};

/// `-- pgdrill: allow RULE[, RULE]: REASON` before a statement or at its line's end; `allow-file` for the
/// file.
struct Suppression {
  std::vector<std::string> rules = {};
  std::string reason = {};
  bool whole_file = false;
  std::size_t offset = 0;     ///< of the comment
  std::size_t statement = 0;  ///< offset of the statement that it is about
};

struct SqlFile {
  std::string path;
  std::string text;
  std::string tool;     ///< "Flyway", "goose", ...; empty for plain SQL
  std::string version;  ///< what pairs an up file with its down file; empty when there is none
  std::vector<Section> sections = {};
  std::vector<Suppression> suppressions = {};
  std::vector<std::size_t> psql_commands = {};  ///< offsets: the server never sees them

  struct Place {
    std::size_t line = 1;    ///< from 1
    std::size_t column = 1;  ///< from 1, in bytes
  };
  [[nodiscard]] Place place(std::size_t offset) const;
  [[nodiscard]] std::string_view line_at(std::size_t offset) const;

  std::vector<std::size_t> line_starts = {};
};

/// Reads one file's text. Total: what cannot be parsed is a statement with an error.
[[nodiscard]] SqlFile read_sql(std::string path, std::string text);

/// Reads files, and the .sql files below directories, in the order in which a tool would run them. Error kind
/// io.
[[nodiscard]] Result<std::vector<SqlFile>> read_sql_files(std::vector<std::string> const& paths);

}  // namespace pgdrill::review
