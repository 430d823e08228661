// Who else names what an action takes away or renames, as a live catalogue tells it.
#pragma once
#include <string>
#include <vector>

#include "harness/migrations/review/action.hpp"
#include "harness/migrations/review/schema.hpp"

namespace pgdrill::review {

/// "view public.order_totals", "function public.close(integer)", each once. A rename leaves alone whoever
/// PostgreSQL tracks: only functions that name it in their text are told.
[[nodiscard]] std::vector<std::string> dependants_of(Action const& action, Schema const& schema);

/// "; used by A, B, C and 2 more", or empty.
[[nodiscard]] std::string used_by_text(std::vector<std::string> const& dependants);

}  // namespace pgdrill::review
