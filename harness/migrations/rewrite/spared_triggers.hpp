// The table's own triggers while rows are filled: no user changed these rows, and no trigger is to log or
// date it.
#pragma once
#include "harness/migrations/review/schema.hpp"
#include "harness/migrations/rewrite/rewriting.hpp"

namespace pgdrill::review {

/// Lets the triggers of the tables that the files fill pass over that. session_replication_role would take a
/// superuser and pass over foreign keys, too, and DISABLE TRIGGER would be for all sessions: so, from the
/// first file to the last one, the triggers have a WHEN that asks for what a backfill sets in its own
/// transactions (batched_change()). Constraint triggers take no CREATE OR REPLACE: they are named, in the
/// files and in the note, with what they do. https://www.postgresql.org/docs/15/sql-createtrigger.html
void spare_triggers(Rewriting& rewriting, Schema const& schema);

}  // namespace pgdrill::review
