// Rows that a statement changes besides, or instead of, what it is named for: a WITH whose queries INSERT,
// UPDATE or DELETE, EXPLAIN ANALYZE, which runs what it explains, PREPARE, COPY of a query, and MERGE. See
// PostgreSQL's manual, "Data-Modifying Statements in WITH", EXPLAIN and MERGE.
#pragma once
#include <vector>

#include "harness/migrations/review/action.hpp"

namespace pgdrill::review {

/// The changes of rows inside a statement, in the order in which they are written; empty for what only keeps
/// them for later (a rule, a function).
[[nodiscard]] std::vector<Action> row_changes(ParsedStatement const& statement);

/// INSERT ... ON CONFLICT DO UPDATE: former values are lost.
[[nodiscard]] bool overwrites(Action const& insert);

/// An UPDATE or DELETE of a whole table.
[[nodiscard]] bool changes_every_row(Action const& change);

}  // namespace pgdrill::review
