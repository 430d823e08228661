// Copies of a database's tables inside schema pgdrill, so that what a migration damages in the original
// Cluster is put right at the end of the drill, and the drill can be run again.
#pragma once
#include <string>
#include <vector>

#include "harness/cnpg/database_access.hpp"

namespace pgdrill::steps {

struct Table {
  std::string schema;
  std::string name;
  /// "public.orders", for messages.
  [[nodiscard]] std::string text() const { return schema + "." + name; }
};

/// A copy, and how its original is now.
struct SavedTable {
  std::string copy;  ///< name in schema pgdrill
  Table original;
  bool exists = false;               ///< the original
  bool same_columns = false;         ///< names and types, in order
  std::vector<std::string> columns;  ///< those of the original that can be written: not the generated ones
};

/// Gives a JSON array of all ordinary tables but PostgreSQL's and pgdrill's own.
[[nodiscard]] std::string list_tables_sql();
[[nodiscard]] Result<std::vector<Table>> parse_tables(std::string const& answer);
/// Copies a table; a copy that is there already stays, since it is older.
[[nodiscard]] std::string save_table_sql(Table const& table);

/// Gives a JSON array of the copies.
[[nodiscard]] std::string list_saved_sql();
[[nodiscard]] Result<std::vector<SavedTable>> parse_saved(std::string const& answer);
/// Puts the content back when it differs, without firing triggers, and drops the copy: one transaction.
/// Error conflict: the original is gone or has other columns.
[[nodiscard]] Result<std::string> restore_table_sql(SavedTable const& saved);

/// Schema pgdrill must exist. One call of psql for each table, since each call has a deadline.
[[nodiscard]] Task<Result<int>> save_tables(cnpg::DatabaseAccess& databases, std::string cluster,
                                            std::string database);
/// All copies, going on past failures; the first failure is returned. Nothing to do without copies.
[[nodiscard]] Task<Result<>> restore_tables(cnpg::DatabaseAccess& databases, std::string cluster,
                                            std::string database);

}  // namespace pgdrill::steps
