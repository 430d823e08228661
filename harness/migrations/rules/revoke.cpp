// revoke: a privilege goes that the running version may use.
#include "harness/migrations/review/rule.hpp"

namespace pgdrill::review::rule_revoke {
namespace {

void check(Review const& review, Findings& findings) {
  for_each(review, ActionKind::revoke, [&](Action const& action, Effect const& effect) {
    if (!effect.breaks_old.empty()) findings.add(review, action, effect.breaks_old);
  });
}

Rule describe() {
  return {.id = "revoke",
          .summary = "a privilege goes that the running version may use",
          .why = "The statement that needs it fails from then on.",
          .instead = "deploy first a version that does not need it",
          .severity = Severity::warning,
          .check = &check};
}

RegisterRule const registered(&describe);

}  // namespace
}  // namespace pgdrill::review::rule_revoke
