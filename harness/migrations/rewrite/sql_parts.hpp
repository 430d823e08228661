// The statements that rewrites are made of.
#pragma once
#include <string>
#include <vector>

#include "harness/migrations/review/schema.hpp"

namespace pgdrill::review {

[[nodiscard]] std::string quote(std::string const& identifier);
[[nodiscard]] std::string quote(Name const& name);
/// A statement of a file as one of ours: with one semicolon, and a line break behind it.
[[nodiscard]] std::string statement_sql(std::string text);
[[nodiscard]] std::string literal(std::string const& text);
/// A body between dollar quotes of which it holds none: "$sync$...$sync$", or "$sync_$" when it has that.
[[nodiscard]] std::string dollar_quote(std::string tag, std::string const& body);
/// A name for a helper object, cut to PostgreSQL's 63 bytes: "zz_pgdrill_sync_orders_status".
[[nodiscard]] std::string helper_name(std::string const& role, Name const& table, std::string const& column);

/// "on" in the transactions of a backfill, and NULL or empty in all others.
inline constexpr std::string_view backfill_setting = "current_setting('pgdrill.backfill', true)";
/// Rows by key, in batches that commit: SET `assignments` where `predicate` still holds. Run again after an
/// interruption it does what is left. Not in a transaction. It and the next ones see every row, or fail.
[[nodiscard]] std::string batched_update(Name const& table, std::vector<std::string> const& key,
                                         std::string const& assignments, std::string const& predicate);
/// The same with any change of the rows in `batch`, which has the key's columns; it must end with
/// RETURNING 1.
[[nodiscard]] std::string batched_change(Name const& table, std::vector<std::string> const& key,
                                         std::string const& predicate, std::string const& change);
/// Stops with an error when rows satisfy `predicate`.
[[nodiscard]] std::string refuse_rows(Name const& table, std::string const& predicate,
                                      std::string const& message);

/// True when two lists of values, of the same types, are not the same to the byte. A type's own = takes 'abc'
/// for 'ABC' (citext), 1.0 for 1.00 and 30 days for a month, and json has none:
/// https://www.postgresql.org/docs/15/functions-comparisons.html#COMPOSITE-TYPE-COMPARISON
[[nodiscard]] std::string differ(std::string const& left, std::string const& right);

/// One transaction whose wait for locks is bounded: who queues behind a waiting ALTER TABLE waits too. With
/// row_security off a query that policies would filter is an error.
[[nodiscard]] std::string in_transaction(std::string const& sql);
/// SET NOT NULL without a scan under the strongest lock: CHECK ... NOT VALID, VALIDATE, SET NOT NULL, DROP
/// CHECK. Transactions of its own, also for a tool that sends the file as one string.
[[nodiscard]] std::string set_not_null_by_proof(Name const& table, std::string const& column);
/// The same for the way back of drop_not_null(): says how many rows hold NULL before it changes anything.
[[nodiscard]] std::string set_not_null_again(Name const& table, std::string const& column);
/// Its way back, and a transaction too.
[[nodiscard]] std::string drop_not_null(Name const& table, std::string const& column);

/// Of an index or constraint, as PostgreSQL prints it: with a column's name replaced, but not that of a
/// column which a foreign key refers to, of an index or of a table.
[[nodiscard]] std::string with_column(std::string const& definition, std::string const& from,
                                      std::string const& to);
/// Whether it names the column, be it in an expression, a predicate or INCLUDE.
[[nodiscard]] bool names_column(std::string const& definition, std::string const& column);
/// CREATE [UNIQUE] INDEX [CONCURRENTLY] of a definition, under another name.
[[nodiscard]] std::string create_index(std::string const& definition, std::string const& name,
                                       bool concurrently);

}  // namespace pgdrill::review
