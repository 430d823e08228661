// drop-column: a column and its values go, under a version that may still use it.
#include <fmt/format.h>

#include "harness/migrations/review/dependants.hpp"
#include "harness/migrations/review/lock_text.hpp"
#include "harness/migrations/review/rule.hpp"

namespace pgdrill::review::rule_drop_column {
namespace {

void check(Review const& review, Findings& findings) {
  for_each(review, ActionKind::drop_column, [&](Action const& action, Effect const& effect) {
    if (effect.breaks_old.empty()) return;
    findings.add(review, action,
                 fmt::format("{}, and its values are gone{}{}", effect.breaks_old,
                             used_by_text(effect.dependants), size_text(review.schema(), action.table)));
  });
}

Rule describe() {
  return {.id = "drop-column",
          .summary = "a column and its values go, under a version that may still use it",
          .why =
              "Statements that name the column fail; SELECT * and prepared statements do once. The values "
              "come back only from a copy or a backup: this is the point of no return.",
          .instead =
              "deploy a version that does not use it; rename it to a tombstone; copy (key, value) to a side "
              "table; drop it days later: pgdrill review --rewrite writes it",
          .severity = Severity::error,
          .check = &check};
}

RegisterRule const registered(&describe);

}  // namespace
}  // namespace pgdrill::review::rule_drop_column
