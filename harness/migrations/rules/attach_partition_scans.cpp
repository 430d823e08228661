// attach-partition-scans: a partition is attached while its rows and those of the default partition are read.
#include "harness/migrations/review/lock_text.hpp"
#include "harness/migrations/review/rule.hpp"

namespace pgdrill::review::rule_attach_partition_scans {
namespace {

void check(Review const& review, Findings& findings) {
  for_each(review, ActionKind::attach_partition, [&](Action const& action, Effect const& effect) {
    if (!effect.locks.empty()) findings.add(review, action, lock_text(effect));
  });
}

Rule describe() {
  return {.id = "attach-partition-scans",
          .summary = "a partition is attached while its rows and those of the default partition are read",
          .why =
              "ATTACH PARTITION takes ACCESS EXCLUSIVE on the partition and on the default partition and "
              "reads both, unless a valid CHECK implies the bounds (with IS NOT NULL).",
          .instead =
              "add a CHECK of the bounds NOT VALID and VALIDATE it before; on the default partition a CHECK "
              "that excludes them",
          .severity = Severity::warning,
          .check = &check};
}

RegisterRule const registered(&describe);

}  // namespace
}  // namespace pgdrill::review::rule_attach_partition_scans
