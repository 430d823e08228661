// Unlogged tables: SET UNLOGGED for a bulk load that never came to SET LOGGED. Their rows are lost at the
// next failover, crash or point-in-time recovery. https://www.postgresql.org/docs/15/sql-createtable.html
#include <fmt/format.h>

#include <pqxx/pqxx>

#include "harness/migrations/half_applied/detector.hpp"

namespace pgdrill::migrations {

namespace {

std::string const query = R"(
SELECT n.nspname, c.relname FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace
WHERE c.relkind = 'r' AND c.relpersistence = 'u' AND )" +
                          user_schema("n") + " ORDER BY 1, 2";

Result<std::vector<Finding>> detect(pqxx::transaction_base& transaction, Scene const&) {
  std::vector<Finding> findings;
  for (auto const& row : transaction.exec(query)) {
    std::string const table = qualified(row[0].c_str(), row[1].c_str());
    Remedy const logged{{fmt::format("ALTER TABLE {} SET LOGGED", table)},
                        "rewrites the table under an ACCESS EXCLUSIVE lock"};
    findings.push_back(
        {.severity = Severity::warning,
         .kind = "unlogged-table",
         .object = fmt::format("table {}.{}", row[0].c_str(), row[1].c_str()),
         .message = "is unlogged: no replica and no backup has its rows, a failover empties it",
         .finish = logged,
         .undo = logged});
  }
  return findings;
}

Detector describe() {
  return {.name = "unlogged-table",
          .summary = "ALTER TABLE ... SET UNLOGGED for a bulk load, without SET LOGGED after it",
          .detect = &detect};
}

RegisterDetector const registered(&describe);

}  // namespace

}  // namespace pgdrill::migrations
