// drop-constraint: the database no longer refuses wrong rows.
#include <fmt/format.h>

#include "harness/migrations/review/rule.hpp"

namespace pgdrill::review::rule_drop_constraint {
namespace {

void check(Review const& review, Findings& findings) {
  for_each(review, ActionKind::drop_constraint, [&](Action const& action, Effect const& effect) {
    if (!effect.breaks_old.empty())
      findings.add(review, action, fmt::format("{}: {}", action.name, effect.undo_how));
  });
}

Rule describe() {
  return {
      .id = "drop-constraint",
      .summary = "the database no longer refuses wrong rows",
      .why = "The constraint comes back only if no row stands against it by then.",
      .instead =
          "drop it after the version that relies on it is gone; count the rows against it before a rollback",
      .severity = Severity::warning,
      .check = &check};
}

RegisterRule const registered(&describe);

}  // namespace
}  // namespace pgdrill::review::rule_drop_constraint
