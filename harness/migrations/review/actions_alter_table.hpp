// The commands of ALTER TABLE, one action each.
#pragma once
#include "harness/migrations/review/action.hpp"

namespace pgdrill::review {

[[nodiscard]] std::vector<Action> alter_table_actions(json::value const& statement, std::string const& text);

}  // namespace pgdrill::review
