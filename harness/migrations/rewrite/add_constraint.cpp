// ADD CONSTRAINT in phases: UNIQUE, FOREIGN KEY, CHECK.
#include <fmt/format.h>

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

void unique(Rewriting& into, Table const& table, Constraint const& constraint, bool primary) {
  build_index(into, Phase::expand, table, constraint.name,
              fmt::format("UNIQUE INDEX|{} ({})", quote(table.name), columns_sql(constraint.columns)));
  std::string const name = quote(constraint.name);
  into.files.push_back(
      {Phase::validate, "attach", "Takes the index over: the catalogue only.",
       fmt::format("ALTER TABLE {0} ADD CONSTRAINT {1} {2} USING INDEX {1};\n", quote(table.name), name,
                   primary ? "PRIMARY KEY" : "UNIQUE"),
       fmt::format("ALTER TABLE {0} DROP CONSTRAINT {1};\nCREATE UNIQUE INDEX {1} ON {0} ({2});\n",
                   quote(table.name), name, columns_sql(constraint.columns))});
}

/// The clause as it stands in the statement, without the name.
std::string clause(Action const& action, Constraint const& constraint) {
  std::string sql = fmt::format("FOREIGN KEY ({}) REFERENCES {}", columns_sql(constraint.columns),
                                quote(constraint.referenced));
  if (!constraint.referenced_columns.empty())
    sql += fmt::format(" ({})", columns_sql(constraint.referenced_columns));
  auto const behaviour = [&](std::string_view member_name, std::string_view on) {
    std::string const code = get_string(*action.node, member_name, "a");
    std::string_view const text = code == "c"   ? "CASCADE"
                                  : code == "n" ? "SET NULL"
                                  : code == "d" ? "SET DEFAULT"
                                  : code == "r" ? "RESTRICT"
                                                : "";
    return text.empty() ? std::string() : fmt::format(" ON {} {}", on, text);
  };
  return sql + behaviour("fk_upd_action", "UPDATE") + behaviour("fk_del_action", "DELETE");
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

Result<Rewriting> add_constraint(Action const& action, Table const& table, Schema const& schema, int) {
  Constraint const constraint = read_constraint(*action.node, table.name, "");
  Rewriting rewriting{.subject = fmt::format("add constraint {} to {}", constraint.name, table.name.text())};
  auto const refuse = [&](std::string why, std::string todo) {
    return fail({.kind = ErrorKind::usage,
                 .what = "cannot rewrite: " + rewriting.subject,
                 .why = std::move(why),
                 .todo = std::move(todo)});
  };
  if (table.partitioned)
    return refuse("on a partitioned table it is done partition by partition",
                  "add it to each partition first, then to the parent");
  if (constraint.kind == 'x')
    return refuse("an exclusion constraint can neither be NOT VALID nor take over an index",
                  "put it on a new table and move the rows");
  if (constraint.kind == 'f') {
    if (!is_indexed(table, schema, constraint.columns.front())) {
      std::string const name = (table.name.name + "_" + constraint.columns.front() + "_idx").substr(0, 63);
      build_index(rewriting, Phase::expand, table, name,
                  fmt::format("INDEX|{} ({})", quote(table.name), columns_sql(constraint.columns)));
    }
    not_valid_then_validate(rewriting, table, constraint, clause(action, constraint));
  } else if (constraint.kind == 'c') {
    not_valid_then_validate(rewriting, table, constraint, condition(action.sql));
  } else {
    unique(rewriting, table, constraint, constraint.kind == 'p');
  }
  return rewriting;
}

RegisterRewrite const registered(ActionKind::add_constraint, &add_constraint);

}  // namespace
}  // namespace pgdrill::review
