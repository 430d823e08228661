// disable-trigger: writers no longer pass a trigger.
#include "harness/migrations/review/rule.hpp"

namespace pgdrill::review::rule_disable_trigger {
namespace {

void check(Review const& review, Findings& findings) {
  for_each(review, ActionKind::disable_trigger, [&](Action const& action, Effect const&) {
    findings.add(review, action,
                 "rows that are written meanwhile never pass it, also after it is enabled again");
  });
}

Rule describe() {
  return {.id = "disable-trigger",
          .summary = "writers no longer pass a trigger",
          .why =
              "Rows that are written meanwhile never pass it, and foreign keys are triggers too (DISABLE "
              "TRIGGER ALL): wrong rows stay when it is enabled again.",
          .instead = "let the trigger itself decide, by a setting of the session",
          .severity = Severity::warning,
          .check = &check};
}

RegisterRule const registered(&describe);

}  // namespace
}  // namespace pgdrill::review::rule_disable_trigger
