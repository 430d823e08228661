// enum-value-stays: an enum label cannot be taken away again.
#include <fmt/format.h>

#include "harness/migrations/review/rule.hpp"

namespace pgdrill::review::rule_enum_value_stays {
namespace {

void check(Review const& review, Findings& findings) {
  for_each(review, ActionKind::add_enum_value, [&](Action const& action, Effect const& effect) {
    if (effect.breaks_when_used)
      findings.add(review, action, fmt::format("{}; {}", effect.breaks_old, effect.undo_how));
  });
}

Rule describe() {
  return {.id = "enum-value-stays",
          .summary = "an enum label cannot be taken away again",
          .why =
              "There is no DROP VALUE. After a rollback of the application the former version fails as soon "
              "as it reads the new label.",
          .instead = "deploy first a version that can read it; before a rollback map the rows that carry it",
          .severity = Severity::note,
          .check = &check};
}

RegisterRule const registered(&describe);

}  // namespace
}  // namespace pgdrill::review::rule_enum_value_stays
