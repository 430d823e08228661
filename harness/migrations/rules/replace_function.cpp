// replace-function: a function is replaced under the running version.
#include "harness/migrations/review/rule.hpp"

namespace pgdrill::review::rule_replace_function {
namespace {

void check(Review const& review, Findings& findings) {
  for_each(review, ActionKind::replace_function, [&](Action const& action, Effect const& effect) {
    if (!effect.undo_how.empty())
      findings.add(review, action, "both versions of the application call the new body at once");
  });
}

Rule describe() {
  return {.id = "replace-function",
          .summary = "a function is replaced under the running version",
          .why = "Both versions of the application call the same one from this moment on.",
          .instead = "create it under a new name when what it does changes",
          .severity = Severity::note,
          .by_default = false,
          .check = &check};
}

RegisterRule const registered(&describe);

}  // namespace
}  // namespace pgdrill::review::rule_replace_function
