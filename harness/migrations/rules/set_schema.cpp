// set-schema: an object moves to another schema under the running version.
#include "harness/migrations/review/dependants.hpp"
#include "harness/migrations/review/rule.hpp"

namespace pgdrill::review::rule_set_schema {
namespace {

void check(Review const& review, Findings& findings) {
  for_each(review, ActionKind::set_schema, [&](Action const& action, Effect const& effect) {
    if (!effect.breaks_old.empty())
      findings.add(review, action, effect.breaks_old + used_by_text(effect.dependants));
  });
}

Rule describe() {
  return {.id = "set-schema",
          .summary = "an object moves to another schema under the running version",
          .why = "Who names the schema, or whose search path lacks the new one, fails.",
          .instead = "leave a view in the old schema",
          .severity = Severity::warning,
          .check = &check};
}

RegisterRule const registered(&describe);

}  // namespace
}  // namespace pgdrill::review::rule_set_schema
