// replication-role: foreign keys and triggers are switched off for the session.
#include "harness/migrations/review/rule.hpp"

namespace pgdrill::review::rule_replication_role {
namespace {

void check(Review const& review, Findings& findings) {
  for_each(review, ActionKind::set_variable, [&](Action const& action, Effect const& effect) {
    if (action.name == "session_replication_role" && effect.locks.empty())
      findings.add(review, action, "triggers and foreign keys do not run; rows that break them stay");
  });
}

Rule describe() {
  return {.id = "replication-role",
          .summary = "foreign keys and triggers are switched off for the session",
          .why =
              "SET session_replication_role = replica switches off triggers and foreign keys: wrong rows "
              "stay, and VALIDATE does not find them in a constraint that is valid already.",
          .instead = "leave it at origin",
          .severity = Severity::error,
          .check = &check};
}

RegisterRule const registered(&describe);

}  // namespace
}  // namespace pgdrill::review::rule_replication_role
