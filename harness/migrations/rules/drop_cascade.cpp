// drop-cascade: CASCADE drops what is not named.
#include "harness/migrations/review/rule.hpp"

namespace pgdrill::review::rule_drop_cascade {
namespace {

void check(Review const& review, Findings& findings) {
  for (ActionKind const kind : {ActionKind::drop_table, ActionKind::drop_object, ActionKind::drop_column,
                                ActionKind::drop_constraint}) {
    for_each(review, kind, [&](Action const& action, Effect const& effect) {
      if (action.cascade && !effect.breaks_old.empty())
        findings.add(review, action, "drops whatever depends on it, unnamed");
    });
  }
}

Rule describe() {
  return {.id = "drop-cascade",
          .summary = "CASCADE drops what is not named",
          .why =
              "Views, foreign keys, columns of the type and more go with it, and the statement does not say "
              "which.",
          .instead = "drop the dependants by name; the server lists them when CASCADE is left out",
          .severity = Severity::warning,
          .check = &check};
}

RegisterRule const registered(&describe);

}  // namespace
}  // namespace pgdrill::review::rule_drop_cascade
