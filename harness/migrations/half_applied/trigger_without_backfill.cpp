// A sync trigger is there and no row from before it has the new value: the backfill was not begun.
#include <fmt/format.h>

#include "harness/migrations/half_applied/sync_triggers.hpp"

namespace pgdrill::migrations {

namespace {

Result<std::vector<Finding>> detect(pqxx::transaction_base& transaction, Scene const&) {
  TRY(auto const triggers, sync_triggers_with_gaps(transaction));
  std::vector<Finding> findings;
  for (SyncTrigger const& trigger : triggers) {
    if (!trigger.filled || *trigger.filled > 0) continue;
    findings.push_back(
        {.severity = Severity::problem,
         .kind = "trigger-without-backfill",
         .object =
             fmt::format("column {} of {}.{}", trigger.assignment.target, trigger.schema, trigger.table),
         .message = fmt::format("trigger {} fills it for new rows, and all {} rows from before are empty",
                                trigger.trigger, *trigger.wanted),
         .finish = finish_backfill(trigger),
         .undo = undo_sync(trigger)});
  }
  return findings;
}

Detector describe() {
  return {.name = "trigger-without-backfill",
          .summary = "an expand phase ended between its sync trigger and its backfill",
          .detect = &detect};
}

RegisterDetector const registered(&describe);

}  // namespace

}  // namespace pgdrill::migrations
