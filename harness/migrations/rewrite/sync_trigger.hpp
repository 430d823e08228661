// Columns of one row that carry the same content in two forms, while both versions of the application write.
#pragma once
#include <string>
#include <vector>

#include "harness/migrations/review/names.hpp"

namespace pgdrill::review {

struct Computed {
  std::string column;
  std::string expression;  ///< over the columns of the other form, by their names alone
  std::string type;
};

struct SyncTrigger {
  Name table;
  std::string name;              ///< of function and trigger
  std::vector<Computed> former;  ///< from the next ones
  std::vector<Computed> next;    ///< from the former ones
};

/// Function and trigger that keep both forms in step, whichever version writes. They assign `NEW.column :=
/// expression`, so that an audit knows them for what they are (half_applied/sync_triggers.hpp).
[[nodiscard]] std::string create_sync_trigger(SyncTrigger const& sync);
[[nodiscard]] std::string drop_sync_trigger(SyncTrigger const& sync);

/// `expression` with each column named as one of `row`: "a || b" for "NEW." is "NEW.a || NEW.b".
[[nodiscard]] std::string of_row(std::string const& expression, std::string const& row);
/// "a = (t.c + 1)::int, b = ...": for an UPDATE of the table as t.
[[nodiscard]] std::string assign_computed(std::vector<Computed> const& targets);
/// True for rows whose `targets` are not what the expressions give.
[[nodiscard]] std::string differs(std::vector<Computed> const& targets);
/// Stops with an error when the way back gives other former values than a row has.
[[nodiscard]] std::string refuse_lossy(Name const& table, std::vector<Computed> const& former);
/// True for rows whose next columns must be filled. A row that the next version wrote need not give the same
/// again from its former columns, and is left alone.
[[nodiscard]] std::string not_filled(SyncTrigger const& sync);
/// True for rows whose former columns must be computed from the next ones: those that the next version wrote.
/// What a former column holds beyond that (one of two values that share their next one) is kept.
[[nodiscard]] std::string written_by_next(SyncTrigger const& sync);

}  // namespace pgdrill::review
