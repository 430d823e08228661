// Triggers that derive one column of a row from others, as the expand phase of a change installs them, and
// how many of the rows from before the trigger have the derived value.
#pragma once
#include "harness/migrations/half_applied/backfill_gap.hpp"
#include "harness/migrations/half_applied/row_triggers.hpp"

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

/// Whether every IF of the function asks for the operation (TG_OP) or for a difference (IS DISTINCT FROM)
/// alone: what such a function assigns holds for each row, sooner or later.
[[nodiscard]] bool asks_for_changes_alone(std::string_view source);

/// Columns that a BEFORE trigger derives, and that rows lack. It is finished by the trigger's own expression,
/// and undone without trigger, function and column.
[[nodiscard]] std::vector<BackfillGap> column_gaps(pqxx::transaction_base& transaction,
                                                   std::vector<RowTrigger> const& triggers);

}  // namespace pgdrill::migrations
