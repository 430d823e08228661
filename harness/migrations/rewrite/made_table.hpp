// A table that the file makes beside a breaking statement, with what the file says of it: nobody uses it yet,
// and so it comes first, in one file of phase expand.
#pragma once
#include <set>
#include <string>

#include "harness/migrations/review/reviewer.hpp"
#include "harness/migrations/rewrite/rewriting.hpp"

namespace pgdrill::review {

/// The relations and types that the file's statements change, as Name::text() gives them in their schema: all
/// but those of CREATE TABLE and of what may belong to it.
[[nodiscard]] std::set<std::string> changed_by(SectionReview const& section);

/// CREATE TABLE as it stands. Error kind usage when it may be there already, is a temporary one, or names
/// what other statements change, since it comes before them.
[[nodiscard]] Result<Rewriting> make_table(Action const& action, std::string const& sql, Schema const& schema,
                                           std::set<std::string> const& changed);
/// The one of the `made` tables that a statement is about, and nothing else: an index or a constraint, rows
/// that are read from nowhere, rights, a comment. Empty for any other statement.
[[nodiscard]] std::string belongs_to(StatementReview const& statement, std::set<std::string> const& made,
                                     std::set<std::string> const& changed);

/// Of COMMENT ON TABLE or COLUMN; empty for any other object.
[[nodiscard]] Name commented_table(Action const& comment);

}  // namespace pgdrill::review
