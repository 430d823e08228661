// A sync trigger is there and no row from before it has the new value: the backfill was not begun.
#include <fmt/format.h>

#include "harness/migrations/half_applied/backfill_gap.hpp"

namespace pgdrill::migrations {

namespace {

Result<std::vector<Finding>> detect(pqxx::transaction_base& transaction, Scene const&) {
  std::vector<Finding> findings;
  for (BackfillGap const& gap : backfill_gaps(transaction)) {
    if (!gap.filled || *gap.filled > 0) continue;
    findings.push_back(
        {.severity = Severity::problem,
         .kind = "trigger-without-backfill",
         .object = gap.object,
         .message = fmt::format("trigger {} fills it for new rows, and all {} rows from before lack it",
                                gap.trigger, *gap.wanted),
         .finish = gap.finish,
         .undo = gap.undo});
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
