#include "harness/migrations/rewrite/former_columns.hpp"

#include <fmt/format.h>

#include <algorithm>

#include "harness/base/text.hpp"
#include "harness/migrations/rewrite/column_details.hpp"
#include "harness/migrations/rewrite/domains.hpp"
#include "harness/migrations/rewrite/sql_parts.hpp"

namespace pgdrill::review {

namespace {

bool holds(std::vector<std::string> const& list, std::string const& name) {
  return std::find(list.begin(), list.end(), name) != list.end();
}

}  // namespace

Result<Table const*> known_table(Name const& name, Schema const& schema) {
  auto const refuse = [&](std::string why, std::string todo) {
    return fail({.kind = ErrorKind::usage,
                 .what = "cannot rewrite the change of " + name.text(),
                 .why = std::move(why),
                 .todo = std::move(todo)});
  };
  TRY(Table const* const table, exact_table(name, schema, "cannot rewrite the change of " + name.text()));
  TRY_VOID(check_triggers(*table, "cannot rewrite the change of " + name.text()));
  if (table->key().empty())
    return refuse("the table has no primary key or unique NOT NULL key to fill batches by", "add one first");
  if (table->partitioned || table->parent)
    return refuse("on a partitioned table the trigger and the backfill must be made for each partition",
                  "rewrite it by hand, partition by partition");
  if (!table->dependants.empty())
    return refuse(table->dependants.front() + " names the table's columns",
                  "drop the view first and create it again after phase contract");
  return table;
}

Result<> check_former(Table const& table, Schema const& schema, std::vector<std::string> const& columns,
                      std::string const& subject) {
  for (std::string const& name : columns) {
    Column const* const column = table.column(name);
    if (column == nullptr) continue;
    TRY_VOID(check_dependants(*column, subject));
    TRY_VOID(check_domain(column->type, schema, "cannot rewrite: " + subject));
  }
  for (Constraint const& constraint : table.constraints) {
    if (constraint.kind == 'n') continue;
    for (std::string const& column : columns) {
      bool const goes =
          holds(constraint.columns, column) || names_column(constraint.index_definition, column);
      if (!goes) continue;
      return fail({.kind = ErrorKind::usage,
                   .what = "cannot rewrite: " + subject,
                   .why = fmt::format("constraint {} goes with column {}", constraint.name, column),
                   .todo = "drop it first, in a migration whose down adds it again"});
    }
  }
  return {};
}

std::vector<PhaseFile> relax(FormerColumns const& former, Phase phase) {
  std::vector<PhaseFile> files;
  for (std::string const& name : former.columns) {
    if (!former.table->column(name)->not_null) continue;
    files.push_back({phase, "relax_" + name, "Lets the next version leave the column out.",
                     drop_not_null(former.table->name, name), set_not_null_again(former.table->name, name),
                     false});
  }
  return files;
}

std::vector<PhaseFile> drop_former(FormerColumns const& former) {
  std::vector<PhaseFile> files;
  std::string const table = quote(former.table->name);
  for (Index const& index : former.schema->indexes_of(former.table->name)) {
    bool const on_one =
        std::any_of(former.columns.begin(), former.columns.end(),
                    [&](std::string const& column) { return names_column(index.definition, column); });
    if (!on_one) continue;
    files.push_back({Phase::contract, "drop_" + index.name,
                     "Alone in its file: CONCURRENTLY is refused in a transaction.",
                     fmt::format("DROP INDEX CONCURRENTLY {}.{};\n",
                                 quote(former.table->name.in_public().schema), quote(index.name)),
                     create_index(index.definition, index.name, true), false});
  }
  std::string bury;
  std::string dig;
  std::vector<std::string> drops;
  std::vector<std::string> adds;
  std::string defaults;
  std::string details;
  for (std::string const& name : former.columns) {
    Column const& column = *former.table->column(name);
    std::string const tombstone = name.substr(0, 50) + "__dropped";
    bury += fmt::format("ALTER TABLE {} RENAME COLUMN {} TO {};\n", table, quote(name), quote(tombstone));
    dig += fmt::format("ALTER TABLE {} RENAME COLUMN {} TO {};\n", table, quote(tombstone), quote(name));
    drops.push_back("DROP COLUMN " + quote(tombstone));
    adds.push_back(fmt::format("ADD COLUMN {} {}", quote(tombstone), type_sql(column)));
    details += details_sql(column, former.table->name, tombstone);
    if (!column.default_text.empty())
      defaults += fmt::format("ALTER TABLE {} ALTER COLUMN {} SET DEFAULT {};\n", table, quote(tombstone),
                              column.default_text);
  }
  files.push_back({Phase::contract, "tombstone",
                   "Whoever still uses a former column fails now, and this is undone at once.", bury, dig});
  files.push_back({Phase::contract, "drop_columns",
                   "Going down, the former columns are computed back; what cannot be computed is lost here.",
                   fmt::format("ALTER TABLE {} {};\n", table, join(drops, ", ")),
                   fmt::format("ALTER TABLE {} {};\n", table, join(adds, ", ")) + defaults + details, true,
                   true});
  return files;
}

}  // namespace pgdrill::review
