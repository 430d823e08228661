// create-trigger-locks: a trigger is made or switched while writers are kept out.
#include "harness/migrations/review/lock_text.hpp"
#include "harness/migrations/review/rule.hpp"

namespace pgdrill::review::rule_create_trigger_locks {
namespace {

void check(Review const& review, Findings& findings) {
  if (review.session().lock_timeout) return;
  for (ActionKind const kind :
       {ActionKind::create_trigger, ActionKind::enable_trigger, ActionKind::disable_trigger}) {
    for_each(review, kind, [&](Action const& action, Effect const& effect) {
      if (!effect.locks.empty()) findings.add(review, action, lock_text(effect));
    });
  }
}

Rule describe() {
  return {.id = "create-trigger-locks",
          .summary = "a trigger is made or switched while writers are kept out",
          .why =
              "CREATE TRIGGER and ENABLE or DISABLE TRIGGER take SHARE ROW EXCLUSIVE: an instant, but behind "
              "every writer.",
          .instead = "SET lock_timeout before it",
          .severity = Severity::note,
          .check = &check};
}

RegisterRule const registered(&describe);

}  // namespace
}  // namespace pgdrill::review::rule_create_trigger_locks
