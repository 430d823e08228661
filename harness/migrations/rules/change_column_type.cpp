// change-column-type: a change of type rewrites the table.
#include <fmt/format.h>

#include "harness/migrations/review/dependants.hpp"
#include "harness/migrations/review/lock_text.hpp"
#include "harness/migrations/review/rule.hpp"

namespace pgdrill::review::rule_change_column_type {
namespace {

void check(Review const& review, Findings& findings) {
  for_each(review, ActionKind::set_type, [&](Action const& action, Effect const& effect) {
    if (effect.cost < Cost::scan) return;
    findings.add(review, action,
                 fmt::format("{}{} {}{}{}", effect.cost_reason, effect.uncertain ? ": then it" : ": it",
                             lock_text(effect), size_text(review.schema(), action.table),
                             used_by_text(effect.dependants)));
  });
}

Rule describe() {
  return {.id = "change-column-type",
          .summary = "a change of type rewrites the table",
          .why =
              "Most changes of type write every row and every index anew under ACCESS EXCLUSIVE. Measured on "
              "15 and 18, these do not: varchar to a longer one or to text, text to varchar, numeric to a "
              "higher precision of the same scale, and some more; they are not reported. A CHECK on the "
              "column makes even those read every row.",
          .instead =
              "add a column of the new type, keep both in step by a trigger, fill it in batches, switch, "
              "drop the old one: pgdrill review --rewrite writes it",
          .severity = Severity::error,
          .check = &check};
}

RegisterRule const registered(&describe);

}  // namespace
}  // namespace pgdrill::review::rule_change_column_type
