#include "harness/migrations/rewrite/carried_over.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <cctype>

#include "harness/base/text.hpp"
#include "harness/migrations/rewrite/made_table.hpp"
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

Result<Rewriting> comment(Action const& action, std::string const& text, Schema const& schema) {
  Name const name = commented_table(action);
  Table const* const table = name.empty() ? nullptr : schema.table(name);
  bool const of_column = get_string(*action.node, "objtype") == "OBJECT_COLUMN";
  std::vector<std::string> const names = strings_of(find(*action.node, "object.List.items"));
  Column const* const column = table != nullptr && of_column ? table->column(names.back()) : nullptr;
  if (table == nullptr || !table->bytes || (of_column && column == nullptr))
    return refuse(action, "what the comment was before, and is again on the way back, is not known",
                  "put it into a file of its own");
  std::string const on =
      of_column ? fmt::format("COLUMN {}.{}", quote(name), quote(column->name)) : "TABLE " + quote(name);
  std::string const former = !of_column                   ? table->comment
                             : column->details == nullptr ? ""
                                                          : column->details->comment;
  Rewriting rewriting{.subject = "comment on " + name.text()};
  rewriting.files.push_back(
      {Phase::expand, "comment", "As the file says it.", statement_sql(text),
       fmt::format("COMMENT ON {} IS {};\n", on, former.empty() ? "NULL" : literal(former))});
  return rewriting;
}

/// "SELECT"; all that a table has for ALL PRIVILEGES.
std::vector<std::string> privileges_of(json::value const& grant, int major) {
  std::vector<std::string> privileges;
  for (json::value const& one : list_of(find(grant, "privileges"))) {
    privileges.push_back(get_string(one, "AccessPriv.priv_name"));
    for (char& c : privileges.back()) c = static_cast<char>(std::toupper(static_cast<unsigned char>(c)));
  }
  if (!privileges.empty()) return privileges;
  // https://www.postgresql.org/docs/15/ddl-priv.html, and MAINTAIN since 17.
  privileges = {"SELECT", "INSERT", "UPDATE", "DELETE", "TRUNCATE", "REFERENCES", "TRIGGER"};
  if (major >= 17) privileges.emplace_back("MAINTAIN");
  return privileges;
}

/// Quoted, or PUBLIC; empty for CURRENT_USER and its like.
std::string grantee_of(json::value const& role) {
  std::string const kind = get_string(role, "RoleSpec.roletype");
  if (kind == "ROLESPEC_PUBLIC") return "PUBLIC";
  return kind == "ROLESPEC_CSTRING" ? quote(get_string(role, "RoleSpec.rolename")) : "";
}

Result<Rewriting> grant(Action const& action, std::string const& text, Schema const& schema,
                        RewriteContext const& context) {
  json::value const& node = *action.node;
  bool plain = get_string(node, "targtype") == "ACL_TARGET_OBJECT" &&
               get_string(node, "objtype") == "OBJECT_TABLE" && !get_bool(node, "grant_option");
  for (json::value const& one : list_of(find(node, "privileges")))
    plain = plain && list_of(find(one, "AccessPriv.cols")).empty();
  if (!plain)
    return refuse(action,
                  "rights on other things than whole tables, or with GRANT OPTION, have no way back here",
                  "put it into a file of its own");
  Rewriting rewriting{.subject = "grant"};
  std::vector<std::string> const privileges = privileges_of(node, context.major);
  std::string revoke;
  for (json::value const& object : list_of(find(node, "objects"))) {
    Name const name = name_of(find(object, "RangeVar"));
    Table const* const table = schema.table(name);
    if (table == nullptr || !table->bytes)
      return refuse(action, fmt::format("who has which right on {} is not known", name.text()),
                    "put it into a file of its own");
    rewriting.subject += " on " + name.text();
    for (json::value const& role : list_of(find(node, "grantees"))) {
      std::string const grantee = grantee_of(role);
      for (std::string const& privilege : privileges) {
        if (grantee.empty() || table->grants.contains(privilege + " " + grantee))
          return refuse(action, "a role may have a right already, which the way back would take from it",
                        "grant what it has not yet, to roles by their names");
      }
      revoke += fmt::format("REVOKE {} ON {} FROM {};\n", join(privileges, ", "), quote(name), grantee);
    }
  }
  rewriting.files.push_back({Phase::expand, "grant", "As the file says it. Nobody had any of these rights.",
                             statement_sql(text), revoke});
  return rewriting;
}

}  // namespace

bool grants_on_known(Action const& action, Schema const& before) {
  json::array const& objects = list_of(find(*action.node, "objects"));
  return std::all_of(objects.begin(), objects.end(), [&](json::value const& object) {
    return before.table(name_of(find(object, "RangeVar"))) != nullptr;
  });
}

Result<Rewriting> carry_over(Action const& action, std::string const& text, Schema const& schema,
                             RewriteContext const& context) {
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
  if (action.kind == ActionKind::comment) return comment(action, text, schema);
  if (action.kind == ActionKind::grant) return grant(action, text, schema, context);
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
