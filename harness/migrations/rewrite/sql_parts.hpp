// The statements that rewrites are made of.
#pragma once
#include <string>
#include <vector>

#include "harness/migrations/review/schema.hpp"

namespace pgdrill::review {

[[nodiscard]] std::string quote(std::string const& identifier);
[[nodiscard]] std::string quote(Name const& name);
[[nodiscard]] std::string literal(std::string const& text);
/// A name for a helper object, cut to PostgreSQL's 63 bytes: "zz_pgdrill_sync_orders_status".
[[nodiscard]] std::string helper_name(std::string const& role, Name const& table, std::string const& column);

/// Rows by key, in batches that commit: SET `assignments` where `predicate` still holds. Run again after an
/// interruption it does what is left. Not in a transaction.
[[nodiscard]] std::string batched_update(Name const& table, std::vector<std::string> const& key,
                                         std::string const& assignments, std::string const& predicate);
/// The same with any change of the rows in `batch`, which has the key's columns; it must end with
/// RETURNING 1.
[[nodiscard]] std::string batched_change(Name const& table, std::vector<std::string> const& key,
                                         std::string const& predicate, std::string const& change);
/// Stops with an error when rows satisfy `predicate`.
[[nodiscard]] std::string refuse_rows(Name const& table, std::string const& predicate,
                                      std::string const& message);

/// SET NOT NULL without a scan under the strongest lock: CHECK ... NOT VALID, VALIDATE, SET NOT NULL, DROP
/// CHECK.
[[nodiscard]] std::string set_not_null_by_proof(Name const& table, std::string const& column);

}  // namespace pgdrill::review
