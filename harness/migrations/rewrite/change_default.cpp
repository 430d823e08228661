// SET DEFAULT and DROP DEFAULT: an instant, with a way back.
#include <fmt/format.h>

#include "harness/migrations/review/lexer.hpp"
#include "harness/migrations/rewrite/rewriting.hpp"
#include "harness/migrations/rewrite/sql_parts.hpp"

namespace pgdrill::review {
namespace {

/// What follows the word DEFAULT, as it was written; empty for DROP DEFAULT.
std::string default_of(std::string const& sql) {
  for (Token const& token : tokenize(sql)) {
    if (is_word(sql, token, "default")) return sql.substr(std::min(token.end + 1, sql.size()));
  }
  return {};
}

std::string statement(Name const& table, std::string const& column, std::string const& value) {
  std::string const what = value.empty() ? "DROP DEFAULT" : "SET DEFAULT " + value;
  return fmt::format("ALTER TABLE {} ALTER COLUMN {} {};\n", quote(table), quote(column), what);
}

Result<Rewriting> change_default(Action const& action, Table const& table, Schema const&,
                                 RewriteContext const&) {
  std::string const former = table.column(action.column)->default_text;
  std::string const next = action.kind == ActionKind::drop_default ? "" : default_of(action.sql);
  Rewriting rewriting{.subject =
                          fmt::format("change the default of {}.{}", table.name.text(), action.column)};
  rewriting.files.push_back({Phase::switch_over, "default",
                             "For rows from here on; rows written meanwhile keep theirs when it is undone.",
                             statement(table.name, action.column, next),
                             statement(table.name, action.column, former)});
  return rewriting;
}

RegisterRewrite const set(ActionKind::set_default, &change_default);
RegisterRewrite const drop(ActionKind::drop_default, &change_default);

}  // namespace
}  // namespace pgdrill::review
