// Statements beside the breaking ones: the files that are written stand for the whole input, so each of them
// is carried over, or nothing is written.
#pragma once
#include "harness/migrations/review/reviewer.hpp"
#include "harness/migrations/rewrite/rewriting.hpp"

namespace pgdrill::review {

/// An action that breaks nobody, as a file of its own: ADD COLUMN, SET DEFAULT, DROP DEFAULT, COMMENT on a
/// table or column, GRANT on a table. `text` is its statement's. Error kind usage for every other one: what
/// it does would be missing, or come at the wrong time between the phases.
[[nodiscard]] Result<Rewriting> carry_over(Action const& action, std::string const& text,
                                           Schema const& schema, RewriteContext const& context);

/// Whether all tables of a GRANT are there before the file: it may come before everything else.
[[nodiscard]] bool grants_on_known(Action const& action, Schema const& before);

/// Whether a statement asks for nothing that must be in the files: BEGIN, COMMIT, settings of the session
/// that change how long it waits and what it prints.
[[nodiscard]] bool asks_for_nothing(StatementReview const& statement);

}  // namespace pgdrill::review
