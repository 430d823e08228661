// concurrently-if-not-exists: an invalid index passes for a good one.
#include "harness/migrations/review/rule.hpp"

namespace pgdrill::review::rule_concurrently_if_not_exists {
namespace {

void check(Review const& review, Findings& findings) {
  for_each(review, ActionKind::create_index, [&](Action const& action, Effect const&) {
    if (action.concurrently && action.if_exists)
      findings.add(review, action,
                   "succeeds over an invalid index that an interrupted build left, and leaves it invalid");
  });
}

Rule describe() {
  return {
      .id = "concurrently-if-not-exists",
      .summary = "an invalid index passes for a good one",
      .why =
          "After an interrupted build the index is there and invalid; CREATE INDEX CONCURRENTLY IF NOT "
          "EXISTS then succeeds and leaves it so. Other reviewers recommend this form.",
      .instead =
          "DROP INDEX CONCURRENTLY IF EXISTS it first, then CREATE INDEX CONCURRENTLY without IF NOT EXISTS",
      .severity = Severity::warning,
      .check = &check};
}

RegisterRule const registered(&describe);

}  // namespace
}  // namespace pgdrill::review::rule_concurrently_if_not_exists
