// domain-with-constraint: a new domain carries a constraint.
#include "harness/migrations/review/rule.hpp"

namespace pgdrill::review::rule_domain_with_constraint {
namespace {

void check(Review const& review, Findings& findings) {
  for_each(review, ActionKind::create_domain, [&](Action const& action, Effect const&) {
    bool constrained = false;
    for (json::value const& element : list_of(find(*action.node, "constraints"))) {
      std::string const type = get_string(element, "Constraint.contype");
      constrained = constrained || type == "CONSTR_CHECK" || type == "CONSTR_NOTNULL";
    }
    if (constrained)
      findings.add(review, action, "every change of its constraint reads all tables that use it");
  });
}

Rule describe() {
  return {.id = "domain-with-constraint",
          .summary = "a new domain carries a constraint",
          .why =
              "A constraint of a domain is verified in every table that uses it, and ADD COLUMN of "
              "such a domain writes the table anew.",
          .instead = "a CHECK on each table, which is added NOT VALID and validated by itself",
          .severity = Severity::note,
          .by_default = false,
          .check = &check};
}

RegisterRule const registered(&describe);

}  // namespace
}  // namespace pgdrill::review::rule_domain_with_constraint
