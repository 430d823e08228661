// A backfill that stopped on its way: some rows have the new value, others do not.
#include <fmt/format.h>

#include "harness/migrations/half_applied/backfill_gap.hpp"

namespace pgdrill::migrations {

namespace {

std::string progress(BackfillGap const& gap) {
  if (!gap.filled) return "rows from before the trigger lack it; the table is too large to count them here";
  return fmt::format("the backfill stopped at {} of {} rows", *gap.filled, *gap.wanted);
}

Result<std::vector<Finding>> detect(pqxx::transaction_base& transaction, Scene const&) {
  std::vector<Finding> findings;
  for (BackfillGap const& gap : backfill_gaps(transaction)) {
    if (gap.filled && *gap.filled == 0) continue;
    findings.push_back(
        {.severity = Severity::problem,
         .kind = "stopped-backfill",
         .object = gap.object,
         .message = fmt::format("trigger {} fills it for new rows; {}", gap.trigger, progress(gap)),
         .finish = gap.finish,
         .undo = gap.undo});
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
