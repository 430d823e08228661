// ADD CONSTRAINT in phases: UNIQUE, PRIMARY KEY, FOREIGN KEY, CHECK.
#include <fmt/format.h>

#include <algorithm>

#include "harness/base/text.hpp"
#include "harness/migrations/review/lexer.hpp"
#include "harness/migrations/rewrite/rewriting.hpp"
#include "harness/migrations/rewrite/sql_parts.hpp"

namespace pgdrill::review {
namespace {

std::string columns_sql(std::vector<std::string> const& columns) {
  std::vector<std::string> quoted_names;
  for (std::string const& column : columns) quoted_names.push_back(quote(column));
  return join(quoted_names, ", ");
}

bool is_indexed(Table const& table, Schema const& schema, std::string const& column) {
  for (Index const& index : schema.indexes_of(table.name)) {
    if (!index.columns.empty() && index.columns.front() == column) return true;
  }
  for (Constraint const& constraint : table.constraints) {
    bool const has_index = constraint.kind == 'p' || constraint.kind == 'u';
    if (has_index && !constraint.columns.empty() && constraint.columns.front() == column) return true;
  }
  return false;
}

/// Builds beside the traffic; what an interrupted build left goes first.
void build_index(Rewriting& into, Phase phase, Table const& table, std::string const& name,
                 std::string const& what) {
  std::string const drop = fmt::format("DROP INDEX CONCURRENTLY IF EXISTS {}.{};\n",
                                       quote(table.name.in_public().schema), quote(name));
  into.files.push_back({phase, "clear_" + name,
                        "An interrupted build leaves an invalid index; it goes first.", drop,
                        "SELECT 1;  -- see the next file\n", false});
  into.files.push_back({phase, "build_" + name,
                        "Alone in its file: CONCURRENTLY is refused in a transaction.",
                        fmt::format("CREATE {} CONCURRENTLY {} ON {};\n", what.substr(0, what.find('|')),
                                    quote(name), what.substr(what.find('|') + 1)),
                        drop, false});
}

/// DEFERRABLE and INITIALLY DEFERRED, as the statement says.
std::string checked_when(json::value const& node) {
  std::string sql = get_bool(node, "deferrable") ? " DEFERRABLE" : "";
  if (get_bool(node, "initdeferred")) sql += " INITIALLY DEFERRED";
  return sql;
}

/// What the index must have so that the constraint is the one that was asked for.
std::string index_sql(json::value const& node, Constraint const& constraint) {
  std::string sql = fmt::format("({})", columns_sql(constraint.columns));
  std::vector<std::string> const included = strings_of(find(node, "including"));
  if (!included.empty()) sql += fmt::format(" INCLUDE ({})", columns_sql(included));
  if (get_bool(node, "nulls_not_distinct")) sql += " NULLS NOT DISTINCT";
  return sql;
}

/// A primary key sets NOT NULL, for which it reads the table under the strongest lock, unless it is set.
void prove_not_null(Rewriting& into, Table const& table, Constraint const& constraint) {
  for (std::string const& name : constraint.columns) {
    Column const* const column = table.column(name);
    if (column == nullptr || column->not_null) continue;
    into.files.push_back(
        {Phase::validate, "not_null_" + name,
         "NOT NULL by proof: no scan under the strongest lock. A version that writes NULL fails from here "
         "on.",
         refuse_rows(table.name, quote(name) + " IS NULL", "fill them first, what with only you know") +
             set_not_null_by_proof(table.name, name),
         drop_not_null(table.name, name), false});
  }
}

void unique(Rewriting& into, Table const& table, Constraint const& constraint, json::value const& node) {
  bool const primary = constraint.kind == 'p';
  std::string const index = index_sql(node, constraint);
  build_index(into, Phase::expand, table, constraint.name,
              fmt::format("UNIQUE INDEX|{} {}", quote(table.name), index));
  if (primary) prove_not_null(into, table, constraint);
  std::string const name = quote(constraint.name);
  into.files.push_back(
      {Phase::validate, "attach", "Takes the index over: the catalogue only.",
       fmt::format("ALTER TABLE {0} ADD CONSTRAINT {1} {2} USING INDEX {1}{3};\n", quote(table.name), name,
                   primary ? "PRIMARY KEY" : "UNIQUE", checked_when(node)),
       fmt::format("ALTER TABLE {0} DROP CONSTRAINT {1};\nCREATE UNIQUE INDEX {1} ON {0} {2};\n",
                   quote(table.name), name, index)});
}

/// The clause as it stands in the statement, without the name.
std::string clause(json::value const& node, Constraint const& constraint) {
  std::string sql = fmt::format("FOREIGN KEY ({}) REFERENCES {}", columns_sql(constraint.columns),
                                quote(constraint.referenced));
  if (!constraint.referenced_columns.empty())
    sql += fmt::format(" ({})", columns_sql(constraint.referenced_columns));
  if (get_string(node, "fk_matchtype") == "f") sql += " MATCH FULL";
  auto const behaviour = [&](std::string_view member_name, std::string_view on) {
    std::string const code = get_string(node, member_name, "a");
    std::string_view const text = code == "c"   ? "CASCADE"
                                  : code == "n" ? "SET NULL"
                                  : code == "d" ? "SET DEFAULT"
                                  : code == "r" ? "RESTRICT"
                                                : "";
    return text.empty() ? std::string() : fmt::format(" ON {} {}", on, text);
  };
  sql += behaviour("fk_upd_action", "UPDATE") + behaviour("fk_del_action", "DELETE");
  std::vector<std::string> const emptied = strings_of(find(node, "fk_del_set_cols"));
  if (!emptied.empty()) sql += fmt::format(" ({})", columns_sql(emptied));
  return sql + checked_when(node);
}

/// From the word CHECK on, as it was written.
std::string condition(std::string const& sql) {
  for (Token const& token : tokenize(sql)) {
    if (is_word(sql, token, "check")) return sql.substr(token.begin);
  }
  return {};
}

void not_valid_then_validate(Rewriting& into, Table const& table, Constraint const& constraint,
                             std::string const& definition) {
  std::string const name = quote(constraint.name);
  std::string const add =
      fmt::format("ALTER TABLE {} ADD CONSTRAINT {} {} NOT VALID;\n", quote(table.name), name, definition);
  std::string const drop = fmt::format("ALTER TABLE {} DROP CONSTRAINT {};\n", quote(table.name), name);
  into.files.push_back(
      {Phase::expand, "add",
       "In force for new rows at once: a version that writes rows against it fails from here on.", add,
       drop});
  into.files.push_back({Phase::validate, "validate", "Reads every row, while others read and write.",
                        fmt::format("ALTER TABLE {} VALIDATE CONSTRAINT {};\n", quote(table.name), name),
                        drop + add});
}

Result<Rewriting> add_constraint(Action const& action, Table const& table, Schema const& schema,
                                 RewriteContext const&) {
  Constraint const constraint = read_constraint(*action.node, table.name, "");
  Rewriting rewriting{.subject = fmt::format("add constraint {} to {}", constraint.name, table.name.text())};
  auto const refuse = [&](std::string why, std::string todo) {
    return fail({.kind = ErrorKind::usage,
                 .what = "cannot rewrite: " + rewriting.subject,
                 .why = std::move(why),
                 .todo = std::move(todo)});
  };
  bool const named = std::any_of(table.constraints.begin(), table.constraints.end(),
                                 [&](Constraint const& one) { return one.name == constraint.name; });
  if (named || schema.index({table.name.schema, constraint.name}) != nullptr)
    return refuse("there is a constraint or an index of this name",
                  "say another one: ADD CONSTRAINT name ...");
  if (table.partitioned)
    return refuse("on a partitioned table it is done partition by partition",
                  "add it to each partition first, then to the parent");
  if (constraint.kind == 'x')
    return refuse("an exclusion constraint can neither be NOT VALID nor take over an index",
                  "put it on a new table and move the rows");
  bool const stored_apart =
      find(*action.node, "options") != nullptr || !get_string(*action.node, "indexspace").empty();
  if (stored_apart)
    return refuse("its index has storage parameters or a tablespace of its own",
                  "CREATE UNIQUE INDEX CONCURRENTLY with them, then ADD CONSTRAINT ... USING INDEX");
  if (!get_string(*action.node, "indexname").empty())
    return refuse("it takes over an index that is there", "set the columns NOT NULL in phases before it");
  if (constraint.kind == 'f') {
    if (!is_indexed(table, schema, constraint.columns.front())) {
      std::string const name = (table.name.name + "_" + constraint.columns.front() + "_idx").substr(0, 63);
      build_index(rewriting, Phase::expand, table, name,
                  fmt::format("INDEX|{} ({})", quote(table.name), columns_sql(constraint.columns)));
    }
    not_valid_then_validate(rewriting, table, constraint, clause(*action.node, constraint));
  } else if (constraint.kind == 'c') {
    not_valid_then_validate(rewriting, table, constraint, condition(action.sql));
  } else {
    unique(rewriting, table, constraint, *action.node);
  }
  return rewriting;
}

RegisterRewrite const registered(ActionKind::add_constraint, &add_constraint);

}  // namespace
}  // namespace pgdrill::review
