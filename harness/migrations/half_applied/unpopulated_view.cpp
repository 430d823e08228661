// Materialized views without content: CREATE ... WITH NO DATA, or a restore, and REFRESH was not run. Every
// query on them fails (55000). https://www.postgresql.org/docs/15/sql-refreshmaterializedview.html
#include <fmt/format.h>

#include <pqxx/pqxx>

#include "harness/migrations/half_applied/detector.hpp"

namespace pgdrill::migrations {

namespace {

std::string const query = R"(
SELECT n.nspname, c.relname FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace
WHERE c.relkind = 'm' AND NOT c.relispopulated AND )" +
                          user_schema("n") + " ORDER BY 1, 2";

Result<std::vector<Finding>> detect(pqxx::transaction_base& transaction, Scene const&) {
  std::vector<Finding> findings;
  for (auto const& row : transaction.exec(query)) {
    std::string const view = qualified(row[0].c_str(), row[1].c_str());
    findings.push_back({.severity = Severity::problem,
                        .kind = "unpopulated-view",
                        .object = fmt::format("materialized view {}.{}", row[0].c_str(), row[1].c_str()),
                        .message = "has never been filled: every query on it fails",
                        .finish = {{"REFRESH MATERIALIZED VIEW " + view}, ""},
                        .undo = {{"DROP MATERIALIZED VIEW " + view}, "if nothing needs it yet"}});
  }
  return findings;
}

Detector describe() {
  return {.name = "unpopulated-view",
          .summary = "CREATE MATERIALIZED VIEW ... WITH NO DATA without a REFRESH",
          .detect = &detect};
}

RegisterDetector const registered(&describe);

}  // namespace

}  // namespace pgdrill::migrations
