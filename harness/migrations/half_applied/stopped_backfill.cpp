// A backfill that stopped on its way: some rows have the new value, others do not.
#include <fmt/format.h>

#include "harness/migrations/half_applied/sync_triggers.hpp"

namespace pgdrill::migrations {

namespace {

std::string progress(SyncTrigger const& trigger) {
  if (!trigger.filled)
    return "rows from before the trigger are empty; the table is too large to count them here";
  return fmt::format("the backfill stopped at {} of {} rows", *trigger.filled, *trigger.wanted);
}

Result<std::vector<Finding>> detect(pqxx::transaction_base& transaction, Scene const&) {
  TRY(auto const triggers, sync_triggers_with_gaps(transaction));
  std::vector<Finding> findings;
  for (SyncTrigger const& trigger : triggers) {
    if (trigger.filled && *trigger.filled == 0) continue;
    findings.push_back(
        {.severity = Severity::problem,
         .kind = "stopped-backfill",
         .object =
             fmt::format("column {} of {}.{}", trigger.assignment.target, trigger.schema, trigger.table),
         .message = fmt::format("trigger {} fills it for new rows; {}", trigger.trigger, progress(trigger)),
         .finish = finish_backfill(trigger),
         .undo = undo_sync(trigger)});
  }
  return findings;
}

Detector describe() {
  return {.name = "stopped-backfill",
          .summary = "a backfill was cut off between its first batch and its last",
          .detect = &detect};
}

RegisterDetector const registered(&describe);

}  // namespace

}  // namespace pgdrill::migrations
