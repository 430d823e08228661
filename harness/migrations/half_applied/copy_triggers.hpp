// Triggers that copy a row into another table under the same key, as they are installed when columns move to
// a table of their own, and how many of the rows from before the trigger have their copy.
#pragma once
#include "harness/migrations/half_applied/backfill_gap.hpp"
#include "harness/migrations/half_applied/row_triggers.hpp"

namespace pgdrill::migrations {

/// A statement of a trigger function that writes a table.
struct TableWrite {
  struct Pair {
    std::string target;  ///< column of the table that is written
    std::string source;  ///< column of NEW
  };
  std::string schema;  ///< empty: not said
  std::string table;
  std::vector<Pair> copied;  ///< of `INSERT INTO t (a, b) VALUES (NEW.x, NEW.y)`, and of nothing else
};

/// INSERT, UPDATE and DELETE in the source of a PL/pgSQL function. Comments and literals are passed over.
[[nodiscard]] std::vector<TableWrite> find_writes(std::string_view source);

/// Tables that a trigger copies to, key to key and at least one column more, and that lack rows. They are
/// filled by the trigger's own columns, and undone without the triggers between both tables, their functions
/// and the table.
[[nodiscard]] std::vector<BackfillGap> copy_gaps(pqxx::transaction_base& transaction,
                                                 std::vector<RowTrigger> const& triggers);

}  // namespace pgdrill::migrations
