// refresh-locks-view: a materialized view is locked while its query runs.
#include "harness/migrations/review/lock_text.hpp"
#include "harness/migrations/review/rule.hpp"

namespace pgdrill::review::rule_refresh_locks_view {
namespace {

void check(Review const& review, Findings& findings) {
  for_each(review, ActionKind::refresh, [&](Action const& action, Effect const& effect) {
    if (!action.concurrently) findings.add(review, action, lock_text(effect));
  });
}

Rule describe() {
  return {.id = "refresh-locks-view",
          .summary = "a materialized view is locked while its query runs",
          .why = "REFRESH MATERIALIZED VIEW holds ACCESS EXCLUSIVE on the view.",
          .instead = "REFRESH MATERIALIZED VIEW CONCURRENTLY; it needs a unique index",
          .severity = Severity::warning,
          .check = &check};
}

RegisterRule const registered(&describe);

}  // namespace
}  // namespace pgdrill::review::rule_refresh_locks_view
