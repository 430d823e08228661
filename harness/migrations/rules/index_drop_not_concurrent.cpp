// index-drop-not-concurrent: an index is dropped while readers and writers are kept out.
#include <fmt/format.h>

#include "harness/migrations/review/lock_text.hpp"
#include "harness/migrations/review/rule.hpp"

namespace pgdrill::review::rule_index_drop_not_concurrent {
namespace {

void check(Review const& review, Findings& findings) {
  for_each(review, ActionKind::drop_index, [&](Action const& action, Effect const& effect) {
    if (!action.concurrently && !effect.locks.empty())
      findings.add(review, action,
                   fmt::format("{}{}", lock_text(effect), size_text(review.schema(), action.table)));
  });
}

Rule describe() {
  return {
      .id = "index-drop-not-concurrent",
      .summary = "an index is dropped while readers and writers are kept out",
      .why = "DROP INDEX takes ACCESS EXCLUSIVE on the table, for a moment, but behind every running query.",
      .instead = "DROP INDEX CONCURRENTLY, alone and outside of a transaction",
      .severity = Severity::warning,
      .check = &check};
}

RegisterRule const registered(&describe);

}  // namespace
}  // namespace pgdrill::review::rule_index_drop_not_concurrent
