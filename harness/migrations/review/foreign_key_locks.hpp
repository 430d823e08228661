// Locks that foreign keys carry from one table to another. Their triggers stand on both tables: whoever drops
// a foreign key, or makes it anew as a change of type does even where no value changes, takes ACCESS
// EXCLUSIVE on both (measured on PostgreSQL 15 and 18; no chapter of its manual says so).
#pragma once
#include "harness/migrations/review/effect.hpp"

namespace pgdrill::review {

/// The tables that `table` refers to by foreign keys on `column`.
void lock_referenced(Effect& effect, Name const& table, std::string const& column, Schema const& schema);

/// The tables whose foreign keys refer to `columns` of `table`; to any of its columns when there are none.
void lock_referencing(Effect& effect, Name const& table, std::vector<std::string> const& columns,
                      Schema const& schema);

/// The tables that `table` refers to by any foreign key, but itself.
void lock_all_referenced(Effect& effect, Name const& table, Lock lock, Schema const& schema);

/// The tables that lose a foreign key when `table` is dropped. What a partition has of its parent is the
/// parent's.
void lock_referenced_by_own(Effect& effect, Name const& table, Schema const& schema);

}  // namespace pgdrill::review
