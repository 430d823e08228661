// rename-enum-value: an enum label changes under the running version.
#include <fmt/format.h>

#include "harness/migrations/review/rule.hpp"

namespace pgdrill::review::rule_rename_enum_value {
namespace {

void check(Review const& review, Findings& findings) {
  for_each(review, ActionKind::rename_enum_value, [&](Action const& action, Effect const& effect) {
    if (!effect.breaks_old.empty())
      findings.add(review, action, fmt::format("{}; {}", effect.breaks_old, effect.breaks_new));
  });
}

Rule describe() {
  return {.id = "rename-enum-value",
          .summary = "an enum label changes under the running version",
          .why = "Each version fails with the other one's label.",
          .instead = "add the new label, write and read both, map the rows, stop using the old one",
          .severity = Severity::error,
          .check = &check};
}

RegisterRule const registered(&describe);

}  // namespace
}  // namespace pgdrill::review::rule_rename_enum_value
