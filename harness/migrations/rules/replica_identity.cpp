// replica-identity: how logical replication tells rows apart is changed.
#include <fmt/format.h>

#include "harness/migrations/review/rule.hpp"

namespace pgdrill::review::rule_replica_identity {
namespace {

void check(Review const& review, Findings& findings) {
  for_each(review, ActionKind::replica_identity, [&](Action const& action, Effect const& effect) {
    if (effect.locks.empty()) return;  // nobody uses the table yet
    bool const nothing = get_string(*action.node, "def.ReplicaIdentityStmt.identity_type") == "n";
    findings.add(
        review, action,
        fmt::format("{} of {} published to a logical subscriber",
                    nothing ? "UPDATE and DELETE fail" : "the log carries other keys for UPDATE and DELETE",
                    action.table.text()));
  });
}

Rule describe() {
  return {.id = "replica-identity",
          .summary = "how logical replication tells rows apart is changed",
          .why =
              "With REPLICA IDENTITY NOTHING every UPDATE and DELETE of a published table fails; "
              "FULL writes whole rows to the log; an index must stay.",
          .instead = "keep the primary key as identity; change it when no publication has the table",
          .severity = Severity::warning,
          .check = &check};
}

RegisterRule const registered(&describe);

}  // namespace
}  // namespace pgdrill::review::rule_replica_identity
