// Row triggers in PL/pgSQL on tables of users: what the expand phase of a change installs to keep old and new
// in step.
#pragma once
#include <string>
#include <vector>

#include "harness/migrations/half_applied/detector.hpp"

namespace pgdrill::migrations {

struct RowTrigger {
  std::string schema;
  std::string table;
  std::string name;
  std::string function;              ///< quoted, with its empty argument list
  std::string source;                ///< of the function
  bool before = false;               ///< the function can still change the row
  bool only_user = false;            ///< no other trigger calls the function
  std::int64_t bytes = 0;            ///< of the table
  std::vector<std::string> columns;  ///< in the order in which they were added
};

/// Those that INSERT, UPDATE or DELETE fires, on tables that may be read.
[[nodiscard]] std::vector<RowTrigger> read_row_triggers(pqxx::transaction_base& transaction);

/// The statements that drop a trigger, and its function with it when nothing else calls that.
[[nodiscard]] std::vector<std::string> drop_trigger(RowTrigger const& trigger);

}  // namespace pgdrill::migrations
