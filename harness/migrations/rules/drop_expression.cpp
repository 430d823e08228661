// drop-expression: a generated column becomes an ordinary one.
#include "harness/migrations/review/rule.hpp"

namespace pgdrill::review::rule_drop_expression {
namespace {

void check(Review const& review, Findings& findings) {
  for_each(review, ActionKind::drop_expression, [&](Action const& action, Effect const& effect) {
    if (!effect.breaks_old.empty()) findings.add(review, action, effect.breaks_old);
  });
}

Rule describe() {
  return {.id = "drop-expression",
          .summary = "a generated column becomes an ordinary one",
          .why = "It is no longer computed, and cannot be made generated again but by a rewrite.",
          .instead = "add an ordinary column beside it, kept by a trigger, and switch",
          .severity = Severity::warning,
          .check = &check};
}

RegisterRule const registered(&describe);

}  // namespace
}  // namespace pgdrill::review::rule_drop_expression
