// drop-trigger: a trigger goes that the running version may rely on.
#include <fmt/format.h>

#include "harness/migrations/review/rule.hpp"

namespace pgdrill::review::rule_drop_trigger {
namespace {

void check(Review const& review, Findings& findings) {
  for_each(review, ActionKind::drop_trigger, [&](Action const& action, Effect const& effect) {
    if (!effect.locks.empty())
      findings.add(review, action,
                   fmt::format("{} does no longer what {} did", action.table.text(), action.name));
  });
}

Rule describe() {
  return {.id = "drop-trigger",
          .summary = "a trigger goes that the running version may rely on",
          .why =
              "What it wrote, checked or copied is not done any more, and nothing fails: rows from "
              "now on are different.",
          .instead = "stop relying on it first; drop it in phase contract",
          .severity = Severity::note,
          .check = &check};
}

RegisterRule const registered(&describe);

}  // namespace
}  // namespace pgdrill::review::rule_drop_trigger
