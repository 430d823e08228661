// new-write-restriction: the running version may write what is now refused.
#include "harness/migrations/review/rule.hpp"

namespace pgdrill::review::rule_new_write_restriction {
namespace {

void check(Review const& review, Findings& findings) {
  for (ActionKind const kind : {ActionKind::add_constraint, ActionKind::alter_constraint,
                                ActionKind::create_index, ActionKind::set_not_null, ActionKind::add_identity,
                                ActionKind::set_identity, ActionKind::domain_constraint}) {
    for_each(review, kind, [&](Action const& action, Effect const& effect) {
      if (!effect.breaks_old.empty()) findings.add(review, action, effect.breaks_old);
    });
  }
}

Rule describe() {
  return {
      .id = "new-write-restriction",
      .summary = "the running version may write what is now refused",
      .why =
          "A CHECK, a foreign key, UNIQUE or NOT NULL holds for every write from this statement on, with NOT "
          "VALID too: also an UPDATE of an old row that breaks it fails, even of another column. A unique "
          "index refuses rows before it is valid; GENERATED ALWAYS refuses inserts that bring the value "
          "along; a constraint that is no longer deferrable is checked at once.",
      .instead = "count the rows and look at the writers of the running version first",
      .severity = Severity::note,
      .check = &check};
}

RegisterRule const registered(&describe);

}  // namespace
}  // namespace pgdrill::review::rule_new_write_restriction
