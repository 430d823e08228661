// drop-constraint-locks-parent: dropping a foreign key, or making it anew, locks the referenced table too.
#include "harness/migrations/review/lock_text.hpp"
#include "harness/migrations/review/rule.hpp"

namespace pgdrill::review::rule_drop_constraint_locks_parent {
namespace {

void check(Review const& review, Findings& findings) {
  for (ActionKind const kind : {ActionKind::drop_constraint, ActionKind::drop_column, ActionKind::set_type}) {
    for_each(review, kind, [&](Action const& action, Effect const& effect) {
      // Of a change of type that works through the table its own finding names the locks.
      bool const told = kind == ActionKind::set_type && effect.cost >= Cost::scan;
      if (effect.locks.size() > 1 && !told) findings.add(review, action, lock_text(effect));
    });
  }
}

Rule describe() {
  return {
      .id = "drop-constraint-locks-parent",
      .summary = "dropping a foreign key locks the referenced table too",
      .why =
          "DROP CONSTRAINT of a foreign key takes ACCESS EXCLUSIVE on both tables; other reviewers name "
          "the child alone. So does DROP COLUMN of a column with one, and a change of type on either side "
          "of one, even where no value changes: the foreign key is made anew.",
      .instead = "SET lock_timeout, and drop one foreign key in each transaction",
      .severity = Severity::warning,
      .check = &check};
}

RegisterRule const registered(&describe);

}  // namespace
}  // namespace pgdrill::review::rule_drop_constraint_locks_parent
