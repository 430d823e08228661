// DROP COLUMN in phases: nothing is lost until the last file.
#include <fmt/format.h>

#include <algorithm>

#include "harness/base/text.hpp"
#include "harness/migrations/rewrite/column_details.hpp"
#include "harness/migrations/rewrite/rewriting.hpp"
#include "harness/migrations/rewrite/sql_parts.hpp"

namespace pgdrill::review {
namespace {

Result<> check(Table const& table, std::string const& column, std::string const& subject) {
  auto const refuse = [&](std::string why, std::string todo) {
    return fail({.kind = ErrorKind::usage,
                 .what = "cannot rewrite: " + subject,
                 .why = std::move(why),
                 .todo = std::move(todo)});
  };
  if (table.key().empty())
    return refuse("the table has no key to save the values by", "add a primary key first");
  if (table.column(column)->identity || table.column(column)->default_text.starts_with("nextval("))
    return refuse("the sequence that it draws from goes with it, and the way back has none",
                  "DROP IDENTITY, or DROP DEFAULT and OWNED BY NONE, in a change before it");
  if (!table.dependants.empty())
    return refuse(table.dependants.front() + " may name the column", "drop or replace the view first");
  for (Constraint const& constraint : table.constraints) {
    bool const on_it =
        std::find(constraint.columns.begin(), constraint.columns.end(), column) != constraint.columns.end();
    if ((on_it && constraint.kind != 'n') || names_column(constraint.index_definition, column))
      return refuse(fmt::format("constraint {} goes with the column", constraint.name),
                    "drop it first, in a migration whose down adds it again");
  }
  return {};
}

Result<Rewriting> drop_column(Action const& action, Table const& table, Schema const& schema, int) {
  Column const& column = *table.column(action.column);
  std::string const name = quote(table.name);
  std::string const tombstone = action.column.substr(0, 50) + "__dropped";
  Name const saved{table.name.schema, helper_name("saved", table.name, action.column)};
  Rewriting rewriting{.subject = fmt::format("drop column {}.{}", table.name.text(), action.column)};
  TRY_VOID(check(table, action.column, rewriting.subject));
  TRY_VOID(check_dependants(column, rewriting.subject));
  auto const add = [&](PhaseFile file) { rewriting.files.push_back(std::move(file)); };
  std::vector<std::string> keys;
  std::vector<std::string> same_key;
  for (std::string const& key : table.key()) {
    keys.push_back(quote(key));
    same_key.push_back(fmt::format("s.{0} = {1}.{0}", quote(key), name));
  }
  if (column.not_null) {
    add({Phase::expand, "relax", "Lets the next version leave the column out; the former one keeps working.",
         drop_not_null(table.name, action.column), set_not_null_by_proof(table.name, action.column), false});
  }
  for (Index const& index : schema.indexes_of(table.name)) {
    if (!names_column(index.definition, action.column)) continue;
    add({Phase::contract, "drop_" + index.name,
         "Alone in its file: CONCURRENTLY is refused in a transaction.",
         fmt::format("DROP INDEX CONCURRENTLY {}.{};\n", quote(table.name.in_public().schema),
                     quote(index.name)),
         create_index(index.definition, index.name, true), false});
  }
  add({Phase::contract, "tombstone",
       "Whoever still uses the column fails now, and this is undone at once. Wait for days before what "
       "follows.",
       fmt::format("ALTER TABLE {} RENAME COLUMN {} TO {};\n", name, quote(action.column), quote(tombstone)),
       fmt::format("ALTER TABLE {} RENAME COLUMN {} TO {};\n", name, quote(tombstone),
                   quote(action.column))});
  add({Phase::contract, "save_values",
       "Key and value in a side table: what brings the values back without a backup.",
       fmt::format("CREATE TABLE {} AS SELECT {}, {} AS value FROM {};\n", quote(saved), join(keys, ", "),
                   quote(tombstone), name) +
           fmt::format("CREATE INDEX ON {} ({});\n", quote(saved), join(keys, ", ")),
       fmt::format("DROP TABLE {};\n", quote(saved))});
  std::string const lookup =
      fmt::format("(SELECT s.value FROM {} s WHERE {})", quote(saved), join(same_key, " AND "));
  std::vector<std::string> t_keys;
  for (std::string const& key : table.key()) t_keys.push_back(fmt::format("s.{0} = t.{0}", quote(key)));
  // Rows that the next version wrote have no saved value, and the column must not be NULL again.
  bool const has_default = column.not_null && !column.default_text.empty();
  std::string const for_new_rows = has_default ? column.default_text : "NULL";
  add({Phase::contract, "refill",
       "Going down it brings the saved values back, in batches; rows from since then get the default.",
       "SELECT 1;  -- only its down file does something\n",
       batched_update(table.name, table.key(),
                      fmt::format("{} = coalesce((SELECT s.value FROM {} s WHERE {}), {})", quote(tombstone),
                                  quote(saved), join(t_keys, " AND "), for_new_rows),
                      fmt::format("{} IS NULL AND coalesce({}, {}) IS NOT NULL", quote(tombstone), lookup,
                                  for_new_rows)),
       false});
  std::string const default_text = column.default_text.empty() ? "" : " DEFAULT " + column.default_text;
  std::string again =
      fmt::format("ALTER TABLE {} ADD COLUMN {} {};\n", name, quote(tombstone), type_sql(column)) +
      details_sql(column, table.name, tombstone);
  if (!default_text.empty())
    again += fmt::format("ALTER TABLE {} ALTER COLUMN {} SET{};\n", name, quote(tombstone), default_text);
  add({Phase::contract, "drop_column", "The values are in the side table now.",
       fmt::format("ALTER TABLE {} DROP COLUMN {};\n", name, quote(tombstone)), again});
  add({Phase::contract, "forget", "Drops the side table, when nobody missed the column.",
       fmt::format("DROP TABLE {};\n", quote(saved)),
       fmt::format("CREATE TABLE {} AS SELECT {}, NULL::{} AS value FROM {} WITH NO DATA;\nCREATE INDEX ON "
                   "{} ({});\n",
                   quote(saved), join(keys, ", "), type_sql(column), name, quote(saved), join(keys, ", ")),
       true, true});
  return rewriting;
}

RegisterRewrite const registered(ActionKind::drop_column, &drop_column);

}  // namespace
}  // namespace pgdrill::review
