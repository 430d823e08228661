// drop-not-null: readers meet NULL.
#include "harness/migrations/review/rule.hpp"

namespace pgdrill::review::rule_drop_not_null {
namespace {

void check(Review const& review, Findings& findings) {
  for_each(review, ActionKind::drop_not_null, [&](Action const& action, Effect const& effect) {
    if (!effect.breaks_old.empty()) findings.add(review, action, effect.breaks_old);
  });
}

Rule describe() {
  return {.id = "drop-not-null",
          .summary = "readers meet NULL",
          .why =
              "A version that takes the column for never NULL fails once the next one writes it, and the way "
              "back fails as well.",
          .instead = "deploy first a version that can read NULL",
          .severity = Severity::warning,
          .check = &check};
}

RegisterRule const registered(&describe);

}  // namespace
}  // namespace pgdrill::review::rule_drop_not_null
