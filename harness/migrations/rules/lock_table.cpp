// lock-table: a table is locked by hand.
#include "harness/migrations/review/lock_text.hpp"
#include "harness/migrations/review/rule.hpp"

namespace pgdrill::review::rule_lock_table {
namespace {

void check(Review const& review, Findings& findings) {
  for_each(review, ActionKind::lock, [&](Action const& action, Effect const& effect) {
    if (effect.strongest() >= Lock::share) findings.add(review, action, lock_text(effect));
  });
}

Rule describe() {
  return {.id = "lock-table",
          .summary = "a table is locked by hand",
          .why = "LOCK TABLE holds until the transaction ends; without a mode it is ACCESS EXCLUSIVE.",
          .instead = "take the weakest mode that does, SET lock_timeout, commit soon",
          .severity = Severity::warning,
          .check = &check};
}

RegisterRule const registered(&describe);

}  // namespace
}  // namespace pgdrill::review::rule_lock_table
