// rename-column: a column changes its name under the running version.
#include <fmt/format.h>

#include "harness/migrations/review/dependants.hpp"
#include "harness/migrations/review/rule.hpp"

namespace pgdrill::review::rule_rename_column {
namespace {

void check(Review const& review, Findings& findings) {
  for_each(review, ActionKind::rename_column, [&](Action const& action, Effect const& effect) {
    if (!effect.breaks_old.empty())
      findings.add(
          review, action,
          fmt::format("{}; {}{}", effect.breaks_old, effect.breaks_new, used_by_text(effect.dependants)));
  });
}

Rule describe() {
  return {.id = "rename-column",
          .summary = "a column changes its name under the running version",
          .why =
              "There is no moment at which both versions of the application work: the old one fails after "
              "it, the new one before it.",
          .instead =
              "add the new column, keep both in step by a trigger, drop the old one when nobody uses it: "
              "pgdrill review --rewrite writes it",
          .severity = Severity::error,
          .check = &check};
}

RegisterRule const registered(&describe);

}  // namespace
}  // namespace pgdrill::review::rule_rename_column
