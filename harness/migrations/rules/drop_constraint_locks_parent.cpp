// drop-constraint-locks-parent: dropping a foreign key locks the referenced table too.
#include "harness/migrations/review/lock_text.hpp"
#include "harness/migrations/review/rule.hpp"

namespace pgdrill::review::rule_drop_constraint_locks_parent {
namespace {

void check(Review const& review, Findings& findings) {
  for_each(review, ActionKind::drop_constraint, [&](Action const& action, Effect const& effect) {
    if (effect.locks.size() > 1) findings.add(review, action, lock_text(effect));
  });
}

Rule describe() {
  return {.id = "drop-constraint-locks-parent",
          .summary = "dropping a foreign key locks the referenced table too",
          .why =
              "DROP CONSTRAINT of a foreign key takes ACCESS EXCLUSIVE on both tables; other reviewers name "
              "the child alone.",
          .instead = "SET lock_timeout, and drop one foreign key in each transaction",
          .severity = Severity::warning,
          .check = &check};
}

RegisterRule const registered(&describe);

}  // namespace
}  // namespace pgdrill::review::rule_drop_constraint_locks_parent
