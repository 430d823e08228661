// statement-timeout-missing: nothing bounds how long a statement runs.
#include "harness/migrations/review/rule.hpp"

namespace pgdrill::review::rule_statement_timeout_missing {
namespace {

void check(Review const& review, Findings& findings) {
  if (review.session().statement_timeout) return;
  for (std::size_t i = 0; i < review.effects->size(); ++i) {
    if (!(*review.effects)[i].blocks_while_working()) continue;
    findings.add(review, (*review.actions)[i], "works under a strong lock without statement_timeout");
    return;
  }
}

Rule describe() {
  return {.id = "statement-timeout-missing",
          .summary = "nothing bounds how long a statement runs",
          .why = "A statement that holds a strong lock for longer than planned is an outage for as long.",
          .instead = "SET statement_timeout before it",
          .severity = Severity::note,
          .by_default = false,
          .check = &check};
}

RegisterRule const registered(&describe);

}  // namespace
}  // namespace pgdrill::review::rule_statement_timeout_missing
