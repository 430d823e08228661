#include "harness/migrations/rewrite/column_details.hpp"

#include <fmt/format.h>

#include "harness/migrations/rewrite/sql_parts.hpp"

namespace pgdrill::review {

std::string type_sql(Column const& column) {
  std::string const collation = column.details == nullptr ? "" : column.details->collation;
  return column.type.text() + (collation.empty() ? "" : " COLLATE " + collation);
}

std::string details_sql(Column const& column, Name const& table, std::string const& name, bool with_storage) {
  if (column.details == nullptr) return {};
  ColumnDetails const& details = *column.details;
  std::string const on = quote(table);
  std::string sql;
  auto const alter = [&](std::string const& what, std::string const& value) {
    if (!value.empty()) sql += fmt::format("ALTER TABLE {} ALTER COLUMN {} SET {};\n", on, quote(name), what);
  };
  if (with_storage) {
    alter("STORAGE " + details.storage, details.storage);
    alter("COMPRESSION " + details.compression, details.compression);
  }
  alter("STATISTICS " + details.statistics_target, details.statistics_target);
  alter("(" + details.options + ")", details.options);
  for (ColumnDetails::Grant const& grant : details.grants)
    sql += fmt::format("GRANT {} ({}) ON {} TO {}{};\n", grant.privilege, quote(name), on, grant.grantee,
                       grant.with_option ? " WITH GRANT OPTION" : "");
  if (!details.comment.empty())
    sql += fmt::format("COMMENT ON COLUMN {}.{} IS {};\n", on, quote(name), literal(details.comment));
  return sql;
}

Result<> check_dependants(Column const& column, std::string const& subject) {
  if (column.generated)
    return fail({.kind = ErrorKind::usage,
                 .what = "cannot rewrite: " + subject,
                 .why = fmt::format("{} is a generated column", column.name),
                 .todo = "drop it first and add it again afterwards: nothing is lost with it"});
  if (column.details == nullptr || column.details->dependants.empty()) return {};
  return fail({.kind = ErrorKind::usage,
               .what = "cannot rewrite: " + subject,
               .why = fmt::format("{} stands on column {}", column.details->dependants.front(), column.name),
               .todo = "drop it first and make it again after phase contract"});
}

}  // namespace pgdrill::review
