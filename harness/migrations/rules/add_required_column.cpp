// add-required-column: the former version cannot insert any more.
#include "harness/migrations/review/rule.hpp"

namespace pgdrill::review::rule_add_required_column {
namespace {

void check(Review const& review, Findings& findings) {
  for_each(review, ActionKind::add_column, [&](Action const& action, Effect const& effect) {
    if (!effect.breaks_old.empty()) findings.add(review, action, effect.breaks_old);
  });
}

Rule describe() {
  return {
      .id = "add-required-column",
      .summary = "the former version cannot insert any more",
      .why =
          "A NOT NULL column without a default makes every INSERT of the running version fail, and the "
          "statement itself fails unless the table is empty.",
      .instead =
          "add it nullable or with a default, fill it, then SET NOT NULL once the running version writes it",
      .severity = Severity::error,
      .check = &check};
}

RegisterRule const registered(&describe);

}  // namespace
}  // namespace pgdrill::review::rule_add_required_column
