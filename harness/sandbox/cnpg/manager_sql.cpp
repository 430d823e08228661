#include "harness/sandbox/cnpg/manager_sql.hpp"

#include <libpq-fe.h>

#include "harness/base/text.hpp"

namespace pgdrill::sandbox::cnpg {
namespace {

std::string taken(char* text) {
  std::string copy = text == nullptr ? "" : text;
  PQfreemem(text);
  return copy;
}

}  // namespace

void ManagerSql::Close::operator()(pg_conn* connection) const { PQfinish(connection); }

Result<ManagerSql> ManagerSql::connect(ManagerContext const& context, std::string const& database) {
  std::string const host = context.run.string();
  char const* const names[] = {"host", "user", "dbname", "application_name", "connect_timeout", nullptr};
  char const* const values[] = {host.c_str(), "postgres", database.c_str(), "cnpg-instance-manager",
                                "10",         nullptr};
  ManagerSql sql;
  sql.connection_.reset(PQconnectdbParams(names, values, 0));
  if (PQstatus(sql.connection_.get()) != CONNECTION_OK) {
    return fail({.kind = ErrorKind::unreachable,
                 .what = fmt::format("failed to connect to `user=postgres database={}`", database),
                 .why = std::string(trim(PQerrorMessage(sql.connection_.get())))});
  }
  return sql;
}

Result<std::vector<std::string>> ManagerSql::row(std::string const& sql) {
  std::unique_ptr<PGresult, decltype(&PQclear)> const result(PQexec(connection_.get(), sql.c_str()),
                                                             &PQclear);
  auto const status = PQresultStatus(result.get());
  if (status != PGRES_TUPLES_OK && status != PGRES_COMMAND_OK) {
    char const* const code = PQresultErrorField(result.get(), PG_DIAG_SQLSTATE);
    return fail({.kind = ErrorKind::postgres,
                 .what = "statement failed",
                 .why = std::string(trim(PQerrorMessage(connection_.get()))),
                 .code = code == nullptr ? "" : code});
  }
  std::vector<std::string> values;
  if (PQntuples(result.get()) == 0) return values;
  for (int column = 0; column < PQnfields(result.get()); ++column) {
    values.emplace_back(PQgetvalue(result.get(), 0, column),
                        static_cast<std::size_t>(PQgetlength(result.get(), 0, column)));
  }
  return values;
}

Result<std::string> ManagerSql::run(std::string const& sql) {
  TRY(auto const values, row(sql));
  return values.empty() ? std::string() : values.front();
}

std::string ManagerSql::identifier(std::string const& name) const {
  return taken(PQescapeIdentifier(connection_.get(), name.data(), name.size()));
}

std::string ManagerSql::literal(std::string const& text) const {
  return taken(PQescapeLiteral(connection_.get(), text.data(), text.size()));
}

}  // namespace pgdrill::sandbox::cnpg
