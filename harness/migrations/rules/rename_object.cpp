// rename-object: an object changes its name under the running version.
#include <fmt/format.h>

#include "harness/migrations/review/rule.hpp"

namespace pgdrill::review::rule_rename_object {
namespace {

void check(Review const& review, Findings& findings) {
  for_each(review, ActionKind::rename_object, [&](Action const& action, Effect const& effect) {
    if (!effect.breaks_old.empty())
      findings.add(review, action, fmt::format("{}; {}", effect.breaks_old, effect.breaks_new));
  });
  // Few name a constraint: the change itself stays safe.
  for_each(review, ActionKind::rename_constraint, [&](Action const& action, Effect const& effect) {
    if (!effect.locks.empty())
      findings.add(review, action, "ON CONFLICT ON CONSTRAINT, and who tells errors by its name, fail");
  });
}

Rule describe() {
  return {.id = "rename-object",
          .summary = "an object changes its name under the running version",
          .why = "There is no moment at which both versions of the application work.",
          .instead = "create the new one beside the old one; drop the old one when nobody uses it",
          .severity = Severity::warning,
          .check = &check};
}

RegisterRule const registered(&describe);

}  // namespace
}  // namespace pgdrill::review::rule_rename_object
