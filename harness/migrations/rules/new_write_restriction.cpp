// new-write-restriction: the running version may write what is now refused.
#include "harness/migrations/review/rule.hpp"

namespace pgdrill::review::rule_new_write_restriction {
namespace {

void check(Review const& review, Findings& findings) {
  for_each(review, ActionKind::add_constraint, [&](Action const& action, Effect const& effect) {
    if (!effect.breaks_old.empty()) findings.add(review, action, effect.breaks_old);
  });
}

Rule describe() {
  return {.id = "new-write-restriction",
          .summary = "the running version may write what is now refused",
          .why =
              "A CHECK, a foreign key or UNIQUE holds for every write from this statement on, with NOT VALID "
              "too: also an UPDATE of an old row that breaks it fails, even of another column.",
          .instead = "count the rows and look at the writers of the running version first",
          .severity = Severity::note,
          .check = &check};
}

RegisterRule const registered(&describe);

}  // namespace
}  // namespace pgdrill::review::rule_new_write_restriction
