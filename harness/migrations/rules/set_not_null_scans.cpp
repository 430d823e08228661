// set-not-null-scans: SET NOT NULL reads every row under the strongest lock.
#include <fmt/format.h>

#include "harness/migrations/review/lock_text.hpp"
#include "harness/migrations/review/rule.hpp"

namespace pgdrill::review::rule_set_not_null_scans {
namespace {

void check(Review const& review, Findings& findings) {
  for_each(review, ActionKind::set_not_null, [&](Action const& action, Effect const& effect) {
    if (effect.cost >= Cost::scan)
      findings.add(review, action,
                   fmt::format("{}: {}{}", effect.cost_reason, lock_text(effect),
                               size_text(review.schema(), action.table)));
  });
}

Rule describe() {
  return {
      .id = "set-not-null-scans",
      .summary = "SET NOT NULL reads every row under the strongest lock",
      .why =
          "Unless an earlier statement left a valid CHECK (column IS NOT NULL), which PostgreSQL 12 and "
          "later takes for proof; in one ALTER TABLE with DROP CONSTRAINT of that CHECK the proof is lost.",
      .instead =
          "ADD CONSTRAINT ... CHECK (column IS NOT NULL) NOT VALID; VALIDATE CONSTRAINT; SET NOT NULL; DROP "
          "CONSTRAINT: four statements, the second in a transaction of its own",
      .severity = Severity::error,
      .check = &check};
}

RegisterRule const registered(&describe);

}  // namespace
}  // namespace pgdrill::review::rule_set_not_null_scans
