#include "harness/migrations/rewrite/carried_over.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <array>

#include "harness/migrations/rewrite/sql_parts.hpp"

namespace pgdrill::review {

namespace {

tl::unexpected<Error> refuse(Action const& action, std::string why, std::string todo) {
  std::string const on = action.table.empty() ? "" : " on " + action.table.text();
  return fail({.kind = ErrorKind::usage,
               .what = fmt::format("cannot rewrite the file: {}{}", name_of(action.kind), on),
               .why = std::move(why),
               .todo = std::move(todo)});
}

Result<Rewriting> add_column(Action const& action, Schema const& schema) {
  Table const* const table = schema.table(action.table);
  if (table == nullptr || action.if_exists || table->column(action.column) != nullptr)
    return refuse(action, "the column may be there already, and the way back would drop it",
                  "put it into a file of its own");
  std::string const alter = "ALTER TABLE " + quote(action.table);
  Rewriting rewriting{.subject = fmt::format("add column {}.{}", action.table.text(), action.column)};
  rewriting.files.push_back(
      {Phase::expand, "add_" + action.column,
       "As the file says it: it breaks nobody. Going down, what was written to it is lost.",
       fmt::format("{} {};\n", alter, action.sql),
       fmt::format("{} DROP COLUMN {};\n", alter, quote(action.column))});
  return rewriting;
}

}  // namespace

Result<Rewriting> carry_over(Action const& action, Schema const& schema, RewriteContext const& context) {
  if (action.kind == ActionKind::set_variable)
    return refuse(action,
                  fmt::format("the files would run without SET {}, which may say what is meant", action.name),
                  "name tables and types with their schema and leave it out");
  if (action.embedded || action.kind == ActionKind::do_block)
    return refuse(action, "what a DO block or a function does is not carried out in phases",
                  "write it as plain statements, or put it into a file of its own");
  if (action.kind == ActionKind::add_column) return add_column(action, schema);
  if (action.kind == ActionKind::set_default || action.kind == ActionKind::drop_default)
    return rewrite(action, schema, context);
  return refuse(action,
                "the phases of the file's other statements do not carry it out, and it may need or lose what "
                "they change",
                "put it into a file of its own");
}

bool asks_for_nothing(StatementReview const& statement) {
  static constexpr std::array<std::string_view, 8> harmless{"lock_timeout",
                                                            "statement_timeout",
                                                            "idle_in_transaction_session_timeout",
                                                            "client_min_messages",
                                                            "application_name",
                                                            "maintenance_work_mem",
                                                            "work_mem",
                                                            "standard_conforming_strings"};
  return !statement.actions.empty() &&
         std::all_of(statement.actions.begin(), statement.actions.end(), [&](Action const& action) {
           return !action.embedded &&
                  (action.kind == ActionKind::transaction ||
                   (action.kind == ActionKind::set_variable &&
                    std::find(harmless.begin(), harmless.end(), action.name) != harmless.end()));
         });
}

}  // namespace pgdrill::review
