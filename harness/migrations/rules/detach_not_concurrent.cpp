// detach-not-concurrent: a partition is detached while nobody reads the table.
#include "harness/migrations/review/lock_text.hpp"
#include "harness/migrations/review/rule.hpp"

namespace pgdrill::review::rule_detach_not_concurrent {
namespace {

void check(Review const& review, Findings& findings) {
  for_each(review, ActionKind::detach_partition, [&](Action const& action, Effect const& effect) {
    if (!action.concurrently && !effect.locks.empty()) findings.add(review, action, lock_text(effect));
  });
}

Rule describe() {
  return {
      .id = "detach-not-concurrent",
      .summary = "a partition is detached while nobody reads the table",
      .why =
          "DETACH PARTITION takes ACCESS EXCLUSIVE on the parent, the partition and the default partition.",
      .instead =
          "DETACH PARTITION ... CONCURRENTLY (PostgreSQL 14), outside of a transaction; refused while there "
          "is a default partition",
      .severity = Severity::warning,
      .check = &check};
}

RegisterRule const registered(&describe);

}  // namespace
}  // namespace pgdrill::review::rule_detach_not_concurrent
