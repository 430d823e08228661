// drop-default: inserts lose their value.
#include "harness/migrations/review/rule.hpp"

namespace pgdrill::review::rule_drop_default {
namespace {

void check(Review const& review, Findings& findings) {
  for_each(review, ActionKind::drop_default, [&](Action const& action, Effect const& effect) {
    if (!effect.breaks_old.empty()) findings.add(review, action, effect.breaks_old);
  });
}

Rule describe() {
  return {.id = "drop-default",
          .summary = "inserts lose their value",
          .why = "A version that leaves the column to its default writes NULL, or fails.",
          .instead = "deploy first a version that always writes the column",
          .severity = Severity::warning,
          .check = &check};
}

RegisterRule const registered(&describe);

}  // namespace
}  // namespace pgdrill::review::rule_drop_default
