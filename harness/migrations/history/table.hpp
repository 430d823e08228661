// The tables of a database with their columns, as far as a migration history can be told by them.
#pragma once
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "harness/base/error.hpp"

namespace pqxx {
class transaction_base;
}

namespace pgdrill::migrations {

struct Column {
  std::string name;
  std::string type;  ///< pg_type.typname: "int4", "varchar", "timestamptz", "_text"
};

struct Table {
  std::string schema;
  std::string name;
  std::vector<Column> columns = {};  ///< in their own order
  bool readable = true;              ///< SELECT is granted to the role of the connection

  [[nodiscard]] std::string text() const { return schema + "." + name; }
  /// Quoted for a statement.
  [[nodiscard]] std::string quoted() const;
  [[nodiscard]] Column const* column(std::string_view column_name) const;
};

/// A column that a tool's table has: its exact name, and a class of types ("text", "integer", "boolean",
/// "time", "json") or one type by pg_type.typname.
struct ColumnPattern {
  std::string name;
  std::string type;
};

struct Signature {
  std::vector<ColumnPattern> columns;
  bool exact = false;  ///< the table has no other column

  [[nodiscard]] bool matches(Table const& table) const;
};

/// Ordinary and partitioned tables of users, without partitions and those of extensions, in order of schema
/// and name. Columns of tables that the role may not read are listed all the same.
[[nodiscard]] Result<std::vector<Table>> read_tables(pqxx::transaction_base& transaction);

/// The first table of that schema which matches, or null.
[[nodiscard]] Table const* find_table(std::vector<Table> const& tables, std::string_view schema,
                                      Signature const& signature);

}  // namespace pgdrill::migrations
