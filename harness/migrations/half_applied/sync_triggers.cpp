#include "harness/migrations/half_applied/sync_triggers.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <optional>
#include <pqxx/pqxx>

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

/// SQL that is true for rows that lack the value.
using Lacks = std::string;

Lacks is_null(Assignment const& assignment) {
  return postgres::quote_identifier(assignment.target) + " IS NULL";
}

/// What ADD COLUMN ... DEFAULT gave to the rows from before, as a literal; nothing when it gave none, or when
/// the table was rewritten since.
std::optional<std::string> given_by_add_column(pqxx::transaction_base& transaction, RowTrigger const& trigger,
                                               std::string const& column) {
  auto const rows = transaction.exec(
      fmt::format("SELECT format('%L::%s', (attmissingval::text::text[])[1], format_type(atttypid, "
                  "atttypmod)) FROM pg_attribute"
                  " WHERE attrelid = {}::regclass AND attname = {} AND atthasmissing",
                  transaction.quote(qualified(trigger.schema, trigger.table)), transaction.quote(column)));
  if (rows.empty()) return std::nullopt;
  return rows[0][0].c_str();
}

/// The target was added after all that it is derived from. The other half of a two-way trigger, which derives
/// the former column from the new one, never is: filled by its expression the former column would lose its
/// values.
bool is_newest(RowTrigger const& trigger, Assignment const& assignment) {
  auto const place = [&](std::string const& column) { return std::ranges::find(trigger.columns, column); };
  return std::ranges::all_of(assignment.sources, [&](std::string const& source) {
    return place(source) < place(assignment.target);
  });
}

/// Of a column with a default the rows from before are never NULL: they lack the value when they still have
/// that default and the trigger's expression gives another one.
std::optional<Lacks> is_distinct(pqxx::transaction_base& transaction, RowTrigger const& trigger,
                                 Assignment const& assignment) {
  if (!is_newest(trigger, assignment) || !asks_for_changes_alone(trigger.source)) return std::nullopt;
  std::optional<std::string> const given = given_by_add_column(transaction, trigger, assignment.target);
  if (!given) return std::nullopt;
  std::string const target = postgres::quote_identifier(assignment.target);
  return fmt::format("{0} IS NOT DISTINCT FROM {1} AND {0} IS DISTINCT FROM ({2})", target, *given,
                     without_new(assignment.expression));
}

/// The trigger's expression may name what a query cannot: variables of its function, say. Then nothing is
/// told.
bool count_distinct(pqxx::transaction_base& transaction, BackfillGap& gap, RowTrigger const& trigger,
                    Assignment const& assignment, Lacks const& lacks) {
  bool found = false;
  try {
    // The snapshot that detectors work on is a transaction of the database: pqxx nests in such only.
    pqxx::subtransaction attempt(dynamic_cast<pqxx::dbtransaction&>(transaction), "expression");
    found = count_gap(attempt, gap, trigger.bytes, qualified(trigger.schema, trigger.table),
                      sources_present(assignment), "NOT (" + lacks + ")");
    attempt.commit();
  } catch (pqxx::sql_error const&) {
    found = false;  // the destructor has gone back to before the attempt
  }
  return found;
}

/// What rows lack the value; nothing when none does.
std::optional<Lacks> find_gap(pqxx::transaction_base& transaction, BackfillGap& gap,
                              RowTrigger const& trigger, Assignment const& assignment) {
  if (std::optional<Lacks> lacks = is_distinct(transaction, trigger, assignment)) {
    if (!count_distinct(transaction, gap, trigger, assignment, *lacks)) return std::nullopt;
    return lacks;
  }
  Lacks const lacks = is_null(assignment);
  if (!count_gap(transaction, gap, trigger.bytes, qualified(trigger.schema, trigger.table),
                 sources_present(assignment), "NOT (" + lacks + ")"))
    return std::nullopt;
  return lacks;
}

Remedy finish_backfill(RowTrigger const& trigger, Assignment const& assignment, Lacks const& lacks) {
  return {{fmt::format("UPDATE {} SET {} = {} WHERE {} AND {}", qualified(trigger.schema, trigger.table),
                       postgres::quote_identifier(assignment.target), without_new(assignment.expression),
                       lacks, sources_present(assignment))},
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
      std::optional<Lacks> const lacks = find_gap(transaction, gap, trigger, assignment);
      if (!lacks) continue;
      gap.finish = finish_backfill(trigger, assignment, *lacks);
      gap.undo = undo_sync(trigger, assignment);
      gaps.push_back(std::move(gap));
    }
  }
  return gaps;
}

}  // namespace pgdrill::migrations
