// unbatched-update: rows are changed in one transaction without a bound.
#include <fmt/format.h>

#include "harness/migrations/review/lock_text.hpp"
#include "harness/migrations/review/row_changes.hpp"
#include "harness/migrations/review/rule.hpp"

namespace pgdrill::review::rule_unbatched_update {
namespace {

/// History tables of migration tools: one row at a time.
bool is_bookkeeping(Name const& table) {
  return table.name == "alembic_version" || table.name == "schema_migrations" ||
         table.name == "django_migrations" || table.name == "flyway_schema_history" ||
         table.name == "databasechangelog" || table.name == "databasechangeloglock";
}

/// INSERT ... SELECT ... ON CONFLICT DO UPDATE; VALUES are as many as somebody wrote.
bool overwrites_by_query(Action const& insert) {
  return overwrites(insert) && list_of(find(*insert.node, "selectStmt.SelectStmt.valuesLists")).empty();
}

void check(Review const& review, Findings& findings) {
  for (ActionKind const kind : {ActionKind::update, ActionKind::delete_rows, ActionKind::insert}) {
    for_each(review, kind, [&](Action const& action, Effect const& effect) {
      if (effect.locks.empty() || action.batched || is_bookkeeping(action.table)) return;
      if (kind == ActionKind::insert && !overwrites_by_query(action)) return;
      std::string_view const verb = kind == ActionKind::delete_rows ? "deletes" : "changes";
      findings.add(review, action,
                   fmt::format("{} {} of {} in one transaction{}", verb,
                               changes_every_row(action) ? "every row" : "all rows that match",
                               action.table.text(), size_text(review.schema(), action.table)));
    });
  }
}

Rule describe() {
  return {.id = "unbatched-update",
          .summary = "rows are changed in one transaction without a bound",
          .why =
              "Every row stays locked until the end, the old versions stay until VACUUM may take them, "
              "replicas lag, and the former values come back only from a copy or a backup.",
          .instead =
              "change them in batches by key, each in a transaction of its own; keep (key, old value) in a "
              "side table where the change cannot be computed back",
          .severity = Severity::warning,
          .check = &check};
}

RegisterRule const registered(&describe);

}  // namespace
}  // namespace pgdrill::review::rule_unbatched_update
