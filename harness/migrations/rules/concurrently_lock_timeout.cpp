// concurrently-lock-timeout: a lock timeout interrupts a concurrent build and leaves an invalid index.
#include "harness/migrations/review/rule.hpp"

namespace pgdrill::review::rule_concurrently_lock_timeout {
namespace {

void check(Review const& review, Findings& findings) {
  for_each(review, ActionKind::create_index, [&](Action const& action, Effect const& effect) {
    if (action.concurrently && review.session().lock_timeout && effect.needs_no_transaction)
      findings.add(
          review, action,
          "lock_timeout can fire while it waits for older transactions, and leaves an invalid index");
  });
}

Rule describe() {
  return {.id = "concurrently-lock-timeout",
          .summary = "a lock timeout interrupts a concurrent build and leaves an invalid index",
          .why =
              "lock_timeout also fires in the waits of CREATE INDEX CONCURRENTLY for older transactions; "
              "what is left is an invalid index, and an invalid unique one already refuses duplicates.",
          .instead = "SET lock_timeout = 0 for this statement, and bound it from outside",
          .severity = Severity::warning,
          .check = &check};
}

RegisterRule const registered(&describe);

}  // namespace
}  // namespace pgdrill::review::rule_concurrently_lock_timeout
