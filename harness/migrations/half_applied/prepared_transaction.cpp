// Transactions that were prepared for a two-phase commit and never ended: they hold their locks across
// restarts, and keep VACUUM back. https://www.postgresql.org/docs/15/sql-prepare-transaction.html
#include <fmt/format.h>

#include <pqxx/pqxx>

#include "harness/migrations/half_applied/detector.hpp"

namespace pgdrill::migrations {

namespace {

std::string const query = R"(
SELECT x.gid, x.owner, date_trunc('second', x.prepared), coalesce((
  SELECT string_agg(DISTINCT l.mode || ' on ' || l.relation::regclass, ', ')
  FROM pg_locks own JOIN pg_locks l ON l.pid IS NULL AND l.virtualtransaction = own.virtualtransaction
  WHERE own.pid IS NULL AND own.locktype = 'transactionid' AND own.transactionid = x.transaction
    AND l.locktype = 'relation'), '')
FROM pg_prepared_xacts x WHERE x.database = current_database() ORDER BY x.prepared)";

Result<std::vector<Finding>> detect(pqxx::transaction_base& transaction, Scene const&) {
  std::vector<Finding> findings;
  for (auto const& row : transaction.exec(query)) {
    std::string const id = postgres::quote_literal(row[0].c_str());
    std::string const locks = row[3].c_str();
    std::string const advice = fmt::format("in this database, as role {} or a superuser", row[1].c_str());
    findings.push_back({.severity = Severity::problem,
                        .kind = "prepared-transaction",
                        .object = fmt::format("prepared transaction {}", id),
                        .message = fmt::format("waits since {} for its second phase{}{}", row[2].c_str(),
                                               locks.empty() ? "" : " and holds ", locks),
                        .finish = {{"COMMIT PREPARED " + id}, advice},
                        .undo = {{"ROLLBACK PREPARED " + id}, advice}});
  }
  return findings;
}

Detector describe() {
  return {.name = "prepared-transaction",
          .summary = "PREPARE TRANSACTION without its COMMIT PREPARED; also after point-in-time recovery",
          .detect = &detect};
}

RegisterDetector const registered(&describe);

}  // namespace

}  // namespace pgdrill::migrations
