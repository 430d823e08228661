// Triggers that derive one column of a row from others, as the expand phase of a change installs them, and
// how many of the rows from before the trigger have the derived value.
#pragma once
#include <optional>

#include "harness/migrations/half_applied/detector.hpp"

namespace pgdrill::migrations {

/// `NEW.target := expression;` of a trigger function.
struct Assignment {
  std::string target;
  std::string expression;            ///< with its NEW.
  std::vector<std::string> sources;  ///< other columns of NEW in the expression
};

/// Assignments to columns of NEW in the source of a PL/pgSQL function that read other columns of NEW.
/// Comments and literals are passed over.
[[nodiscard]] std::vector<Assignment> find_assignments(std::string_view source);

struct SyncTrigger {
  std::string schema;
  std::string table;
  std::string trigger;
  std::string function;   ///< quoted, with its empty argument list
  bool only_user = true;  ///< no other trigger calls the function
  Assignment assignment;
  std::optional<std::int64_t>
      filled;  ///< rows that have the value; nothing when the table is too large to count
  std::optional<std::int64_t> wanted;  ///< rows that have all sources
};

/// Sync triggers with rows that lack their value.
[[nodiscard]] Result<std::vector<SyncTrigger>> sync_triggers_with_gaps(pqxx::transaction_base& transaction);

/// The statement that fills what is missing, and those that drop trigger, function and column.
[[nodiscard]] Remedy finish_backfill(SyncTrigger const& trigger);
[[nodiscard]] Remedy undo_sync(SyncTrigger const& trigger);

}  // namespace pgdrill::migrations
