#include "harness/migrations/half_applied/sync_triggers.hpp"

#include <fmt/format.h>

#include <algorithm>

namespace pgdrill::migrations {

namespace {

bool has_columns(RowTrigger const& trigger, Assignment const& assignment) {
  auto const exists = [&](std::string const& column) {
    return std::ranges::find(trigger.columns, column) != trigger.columns.end();
  };
  return exists(assignment.target) && std::ranges::all_of(assignment.sources, exists);
}

std::string sources_present(Assignment const& assignment) {
  std::string condition;
  for (std::string const& source : assignment.sources) {
    condition += (condition.empty() ? "" : " AND ") + postgres::quote_identifier(source) + " IS NOT NULL";
  }
  return condition;
}

std::string without_new(std::string_view expression) {
  std::string result;
  for (std::size_t i = 0; i < expression.size();) {
    std::string_view const rest = expression.substr(i);
    bool const begins = i == 0 || (std::isalnum(static_cast<unsigned char>(expression[i - 1])) == 0 &&
                                   expression[i - 1] != '_');
    if (begins && (rest.starts_with("NEW.") || rest.starts_with("new.") || rest.starts_with("New."))) {
      i += 4;
    } else {
      result += expression[i++];
    }
  }
  return result;
}

Remedy finish_backfill(RowTrigger const& trigger, Assignment const& assignment) {
  std::string const target = postgres::quote_identifier(assignment.target);
  return {
      {fmt::format("UPDATE {} SET {} = {} WHERE {} IS NULL AND {}", qualified(trigger.schema, trigger.table),
                   target, without_new(assignment.expression), target, sources_present(assignment))},
      "on a large table in batches by primary key, each in a transaction of its own"};
}

Remedy undo_sync(RowTrigger const& trigger, Assignment const& assignment) {
  Remedy remedy{drop_trigger(trigger), "no application may use the column yet"};
  remedy.statements.push_back(fmt::format("ALTER TABLE {} DROP COLUMN {}",
                                          qualified(trigger.schema, trigger.table),
                                          postgres::quote_identifier(assignment.target)));
  return remedy;
}

}  // namespace

std::vector<BackfillGap> column_gaps(pqxx::transaction_base& transaction,
                                     std::vector<RowTrigger> const& triggers) {
  std::vector<BackfillGap> gaps;
  for (RowTrigger const& trigger : triggers) {
    if (!trigger.before) continue;
    for (Assignment const& assignment : find_assignments(trigger.source)) {
      BackfillGap gap{
          .object = fmt::format("column {} of {}.{}", assignment.target, trigger.schema, trigger.table),
          .trigger = trigger.name};
      bool const known = std::ranges::find(gaps, gap.object, &BackfillGap::object) != gaps.end();
      if (!has_columns(trigger, assignment) || known) continue;
      if (!count_gap(transaction, gap, trigger.bytes, qualified(trigger.schema, trigger.table),
                     sources_present(assignment),
                     postgres::quote_identifier(assignment.target) + " IS NOT NULL"))
        continue;
      gap.finish = finish_backfill(trigger, assignment);
      gap.undo = undo_sync(trigger, assignment);
      gaps.push_back(std::move(gap));
    }
  }
  return gaps;
}

}  // namespace pgdrill::migrations
