// RENAME TO in phases: a view keeps the former name.
#include <fmt/format.h>

#include "harness/migrations/rewrite/rewriting.hpp"
#include "harness/migrations/rewrite/sql_parts.hpp"

namespace pgdrill::review {
namespace {

/// A view has privileges of its own: without these the former version meets "permission denied for view".
std::string copy_grants(std::string const& table, std::string const& view) {
  std::string const body = fmt::format(R"(
DECLARE
  given record;
BEGIN
  FOR given IN
    SELECT acl.grantee, acl.privilege_type, acl.is_grantable FROM pg_class c, aclexplode(c.relacl) acl
    WHERE c.oid = {0}::regclass AND acl.grantee <> c.relowner AND acl.privilege_type <> 'TRUNCATE'
  LOOP
    EXECUTE format('GRANT %s ON %s TO %s%s', given.privilege_type, {1},
                   CASE WHEN given.grantee = 0 THEN 'PUBLIC' ELSE quote_ident(pg_get_userbyid(given.grantee)) END,
                   CASE WHEN given.is_grantable THEN ' WITH GRANT OPTION' ELSE '' END);
  END LOOP;
END
)",
                                       literal(table), literal(view));
  return "DO " + dollar_quote("grants", body) + ";\n";
}

Result<Rewriting> rename_table(Action const& action, Table const& table, Schema const&,
                               RewriteContext const& context) {
  Name const next{table.name.schema, action.name};
  std::string const former_sql = quote(table.name);
  std::string const next_sql = quote(next);
  // From 15 on a view can check privileges and row security as its caller, as the table did.
  std::string const invoker = context.major >= 15 ? " WITH (security_invoker = true)" : "";
  std::string const create_view =
      fmt::format("CREATE VIEW {}{} AS SELECT * FROM {};\n", former_sql, invoker, next_sql) +
      copy_grants(next_sql, former_sql);
  std::string const drop_view = fmt::format("DROP VIEW {};\n", former_sql);
  if (table.row_security && invoker.empty())
    return fail({.kind = ErrorKind::usage,
                 .what = fmt::format("cannot rename table {} in phases", table.name.text()),
                 .why = "before PostgreSQL 15 a view of it passes over its row level security",
                 .todo = "rename it when the former version is gone"});
  Rewriting rewriting{.subject = fmt::format("rename table {} to {}", table.name.text(), action.name)};
  rewriting.files.push_back(
      {Phase::expand, "rename_and_view",
       "Both names work from here on, in one instant. Through the view neither TRUNCATE, COPY FROM, ON "
       "CONFLICT with "
       "named constraints, foreign keys nor indexes work.",
       fmt::format("ALTER TABLE {} RENAME TO {};\n", former_sql, quote(action.name)) + create_view,
       drop_view + fmt::format("ALTER TABLE {} RENAME TO {};\n", next_sql, quote(table.name.name))});
  rewriting.files.push_back({Phase::contract, "drop_view", "From here on the former version must be gone.",
                             drop_view, create_view});
  return rewriting;
}

RegisterRewrite const registered(ActionKind::rename_table, &rename_table);

}  // namespace
}  // namespace pgdrill::review
