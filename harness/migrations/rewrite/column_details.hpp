// What a column is beside its type, NOT NULL and default: carried over to the column that takes its place.
#pragma once
#include <string>

#include "harness/base/error.hpp"
#include "harness/migrations/review/schema.hpp"

namespace pgdrill::review {

/// "text COLLATE \"C\"".
[[nodiscard]] std::string type_sql(Column const& column);

/// Comment, rights on the column alone, statistics target and options, for the column `name` of `table`;
/// empty when it has none.
/// @param with_storage storage and compression too, which a change of type resets
[[nodiscard]] std::string details_sql(Column const& column, Name const& table, std::string const& name,
                                      bool with_storage = true);

/// Refuses a generated column, and one on which something stands that would be lost with it, or keep it from
/// being dropped: policies, generated columns, triggers, publications, statistics, the replica identity.
[[nodiscard]] Result<> check_dependants(Column const& column, std::string const& subject);

}  // namespace pgdrill::review
