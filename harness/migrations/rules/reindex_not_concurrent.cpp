// reindex-not-concurrent: an index is built anew while everybody who plans a query waits.
#include "harness/migrations/review/lock_text.hpp"
#include "harness/migrations/review/rule.hpp"

namespace pgdrill::review::rule_reindex_not_concurrent {
namespace {

void check(Review const& review, Findings& findings) {
  for_each(review, ActionKind::reindex, [&](Action const& action, Effect const& effect) {
    if (!action.concurrently && !effect.locks.empty()) findings.add(review, action, lock_text(effect));
  });
}

Rule describe() {
  return {.id = "reindex-not-concurrent",
          .summary = "an index is built anew while everybody who plans a query waits",
          .why =
              "REINDEX locks the index with ACCESS EXCLUSIVE, and planning any query on the table opens all "
              "its indexes.",
          .instead = "REINDEX ... CONCURRENTLY; drop what it leaves (_ccnew) when it fails",
          .severity = Severity::error,
          .check = &check};
}

RegisterRule const registered(&describe);

}  // namespace
}  // namespace pgdrill::review::rule_reindex_not_concurrent
