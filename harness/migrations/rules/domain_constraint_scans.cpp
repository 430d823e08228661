// domain-constraint-scans: a constraint on a domain reads every table that uses it.
#include "harness/migrations/review/lock_text.hpp"
#include "harness/migrations/review/rule.hpp"

namespace pgdrill::review::rule_domain_constraint_scans {
namespace {

void check(Review const& review, Findings& findings) {
  for_each(review, ActionKind::domain_constraint, [&](Action const& action, Effect const& effect) {
    if (effect.cost == Cost::scan) findings.add(review, action, lock_text(effect));
  });
}

Rule describe() {
  return {.id = "domain-constraint-scans",
          .summary = "a constraint on a domain reads every table that uses it",
          .why =
              "ALTER DOMAIN ... ADD CONSTRAINT, VALIDATE CONSTRAINT and SET NOT NULL take SHARE on every "
              "table with a column of "
              "the domain and read them.",
          .instead =
              "ADD CONSTRAINT ... NOT VALID holds for what is written from then on, at once; VALIDATE "
              "CONSTRAINT keeps writers out, too: in a quiet hour, or as a CHECK of the tables instead",
          .severity = Severity::error,
          .check = &check};
}

RegisterRule const registered(&describe);

}  // namespace
}  // namespace pgdrill::review::rule_domain_constraint_scans
