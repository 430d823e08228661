#include "harness/migrations/rewrite/rewriting.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <map>

#include "harness/migrations/rewrite/domains.hpp"
#include "harness/migrations/rewrite/sql_parts.hpp"

namespace pgdrill::review {

namespace {

std::map<ActionKind, Rewrite>& registered() {
  static std::map<ActionKind, Rewrite> rewrites;
  return rewrites;
}

std::string file_name(std::string const& text) {
  std::string out;
  for (char const c : text) {
    bool const plain = (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') || c == '_';
    out += plain ? c : '_';
  }
  return out;
}

/// A name may hold a line break, behind which a comment would be SQL.
std::string one_line(std::string text) {
  std::replace_if(text.begin(), text.end(), [](char c) { return c == '\n' || c == '\r'; }, ' ');
  return text;
}

std::string content(Rewriting const& rewriting, PhaseFile const& file, std::string const& sql) {
  std::string const heading = fmt::format(
      "-- {}, phase {}.\n-- {}\n{}", one_line(rewriting.subject), name_of(file.phase), one_line(file.comment),
      file.no_return ? "-- POINT OF NO RETURN: take a backup first.\n" : "");
  if (!file.transaction) return heading + "-- The tool must not put it into a transaction.\n" + sql;
  return heading + in_transaction(sql);
}

/// A backfill reads and writes each row of the table itself, and a trigger sees each that others write.
Result<> written_as_it_says(Table const& table, std::string const& what) {
  auto const refuse = [&](std::string why, std::string todo) {
    return fail({.kind = ErrorKind::usage, .what = what, .why = std::move(why), .todo = std::move(todo)});
  };
  if (table.inherits)
    return refuse(
        "the table inherits or is inherited from: triggers on one table do not fire for rows of the "
        "other, and a key holds for one alone",
        "rewrite it by hand, table by table");
  if (table.hides_rows)
    return refuse(
        "row level security is forced on the table, and hides rows from the role that read it: they "
        "would be left out",
        "connect as the superuser or role with BYPASSRLS that will run the files");
  if (!table.rules.empty())
    return refuse(
        fmt::format("rule {} makes other statements of those that write the table", table.rules.front()),
        "drop it first, and make it a trigger");
  return {};
}

}  // namespace

std::string_view name_of(Phase phase) {
  static constexpr std::array<std::string_view, 6> names{"expand",   "dual_write", "backfill",
                                                         "validate", "switch",     "contract"};
  return names.at(static_cast<std::size_t>(phase));
}

RegisterRewrite::RegisterRewrite(ActionKind kind, Rewrite rewrite) { registered()[kind] = rewrite; }

Result<Table const*> exact_table(Name const& name, Schema const& schema, std::string const& what) {
  Table const* const table = schema.table(name);
  if (table == nullptr || !table->complete || !table->bytes)
    return fail({.kind = ErrorKind::usage,
                 .what = what,
                 .why = "the exact definition of the table is not known from the files",
                 .todo = "name the database with --database"});
  TRY_VOID(written_as_it_says(*table, what));
  std::string changed;
  for (Constraint const& one : table->constraints) {
    if (one.kind != 'n' && one.definition.empty()) changed = "constraint " + one.name;
  }
  for (Index const& one : schema.indexes_of(name)) {
    if (one.definition.empty()) changed = "index " + one.name;
  }
  for (UpdateTrigger const& one : table->update_triggers) {
    if (one.definition.empty()) changed = "trigger " + one.name;
  }
  for (Column const& one : table->columns) {
    if (one.default_text == replayed_default) changed = "the default of " + one.name;
  }
  if (!changed.empty())
    return fail(
        {.kind = ErrorKind::usage,
         .what = what,
         .why = changed + " is made or changed by a statement before it, and must be repeated exactly",
         .todo = "run that statement first, then rewrite this one against the database"});
  return table;
}

Result<> check_triggers(Table const& table, std::string const& what) {
  if (table.late_triggers.empty()) return {};
  return fail(
      {.kind = ErrorKind::usage,
       .what = what,
       .why = fmt::format("trigger {} may change a row after the trigger that keeps both forms in step: "
                          "they fire in the order of their names",
                          table.late_triggers.front()),
       .todo = "give it a name before zz_pgdrill, with ALTER TRIGGER ... RENAME"});
}

Result<Rewriting> rewrite(Action const& action, Schema const& schema, RewriteContext const& context) {
  std::string const what = fmt::format("cannot rewrite {} on {}", name_of(action.kind), action.table.text());
  auto const found = registered().find(action.kind);
  if (found == registered().end())
    return fail({.kind = ErrorKind::usage,
                 .what = what,
                 .why = "there is no way to do it in phases",
                 .todo = "pgdrill review says what to do instead"});
  bool const of_type =
      action.kind == ActionKind::add_enum_value || action.kind == ActionKind::rename_enum_value;
  if (of_type) return found->second(action, {}, schema, context);
  TRY(Table const* const table, exact_table(action.table, schema, what));
  bool const needs_column = !action.column.empty() && action.kind != ActionKind::add_column;
  if (needs_column && table->column(action.column) == nullptr)
    return fail(
        {.kind = ErrorKind::usage, .what = what, .why = fmt::format("there is no column {}", action.column)});
  ActionKind const kind = action.kind;
  bool const replaces = kind == ActionKind::rename_column || kind == ActionKind::set_type;
  if (replaces || kind == ActionKind::set_not_null) TRY_VOID(check_triggers(*table, what));
  if (replaces || kind == ActionKind::drop_column)
    TRY_VOID(check_domain(table->column(action.column)->type, schema, what));
  return found->second(action, *table, schema, context);
}

std::vector<RenderedFile> render(Rewriting const& rewriting, std::size_t first_number) {
  std::vector<RenderedFile> files;
  for (std::size_t i = 0; i < rewriting.files.size(); ++i) {
    PhaseFile const& file = rewriting.files[i];
    std::string const name =
        fmt::format("{:06}_{}_{}", first_number + i, name_of(file.phase), file_name(file.what));
    files.push_back({name + ".up.sql", content(rewriting, file, file.up)});
    files.push_back({name + ".down.sql", content(rewriting, file, file.down)});
  }
  return files;
}

}  // namespace pgdrill::review
