// replace-view: a view is replaced.
#include "harness/migrations/review/rule.hpp"

namespace pgdrill::review::rule_replace_view {
namespace {

void check(Review const& review, Findings& findings) {
  for_each(review, ActionKind::replace_view, [&](Action const& action, Effect const& effect) {
    if (effect.undo == Undo::lossless && !effect.undo_how.empty())
      findings.add(review, action, effect.undo_how);
  });
}

Rule describe() {
  return {.id = "replace-view",
          .summary = "a view is replaced",
          .why =
              "CREATE OR REPLACE VIEW can add columns but never take them away again: the way back is DROP "
              "and CREATE, which loses grants.",
          .instead = "create a view of a new name beside it",
          .severity = Severity::note,
          .by_default = false,
          .check = &check};
}

RegisterRule const registered(&describe);

}  // namespace
}  // namespace pgdrill::review::rule_replace_view
