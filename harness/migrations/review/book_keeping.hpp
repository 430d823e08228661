// What a tool writes into a file for itself: its history, and nothing of the application.
#pragma once
#include "harness/migrations/review/action.hpp"
#include "harness/migrations/review/sql_file.hpp"

namespace pgdrill::review {

/// Whether a statement is about the tool's own history alone: Alembic's offline output makes its version
/// table and moves the version in it, under whatever name env.py gives the table.
[[nodiscard]] bool is_book_keeping(SqlFile const& file, Statement const& statement);

}  // namespace pgdrill::review
