// lock-timeout-missing: nothing bounds the wait for a lock.
#include <fmt/format.h>

#include "harness/migrations/review/rule.hpp"

namespace pgdrill::review::rule_lock_timeout_missing {
namespace {

void check(Review const& review, Findings& findings) {
  if (review.session().lock_timeout) return;
  for (std::size_t i = 0; i < review.actions->size(); ++i) {
    Effect const& effect = (*review.effects)[i];
    bool const queues = effect.strongest() >= Lock::share_row_exclusive && !effect.needs_no_transaction;
    if (!queues) continue;
    findings.add(review, (*review.actions)[i],
                 fmt::format("waits for {} without a limit, and all that comes after it waits too",
                             name_of(effect.strongest())));
    return;
  }
}

Rule describe() {
  return {.id = "lock-timeout-missing",
          .summary = "nothing bounds the wait for a lock",
          .why =
              "A statement that waits for ACCESS EXCLUSIVE queues everyone who comes after it, also those "
              "who only read: even one that costs nothing is an outage behind one long query. PostgreSQL "
              "manual, chapter Explicit Locking.",
          .instead =
              "SET lock_timeout = '2s' before it (SET LOCAL in a transaction), and try again when it fires",
          .severity = Severity::warning,
          .check = &check};
}

RegisterRule const registered(&describe);

}  // namespace
}  // namespace pgdrill::review::rule_lock_timeout_missing
