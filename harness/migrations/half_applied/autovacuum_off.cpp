// Tables on which autovacuum was switched off for a bulk step.
// https://www.postgresql.org/docs/15/sql-createtable.html#SQL-CREATETABLE-STORAGE-PARAMETERS
#include <fmt/format.h>

#include <pqxx/pqxx>

#include "harness/migrations/half_applied/detector.hpp"

namespace pgdrill::migrations {

namespace {

std::string const query = R"(
SELECT n.nspname, c.relname FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace
WHERE c.relkind IN ('r', 'm') AND EXISTS (
  SELECT FROM pg_options_to_table(c.reloptions) o WHERE o.option_name = 'autovacuum_enabled' AND NOT o.option_value::bool)
  AND )" + user_schema("n") +
                          " ORDER BY 1, 2";

Result<std::vector<Finding>> detect(pqxx::transaction_base& transaction, Scene const&) {
  std::vector<Finding> findings;
  for (auto const& row : transaction.exec(query)) {
    Remedy const reset{
        {fmt::format("ALTER TABLE {} RESET (autovacuum_enabled)", qualified(row[0].c_str(), row[1].c_str()))},
        ""};
    findings.push_back({.severity = Severity::warning,
                        .kind = "autovacuum-off",
                        .object = fmt::format("table {}.{}", row[0].c_str(), row[1].c_str()),
                        .message = "autovacuum is switched off: it bloats, and its statistics grow stale",
                        .finish = reset,
                        .undo = reset});
  }
  return findings;
}

Detector describe() {
  return {.name = "autovacuum-off",
          .summary =
              "ALTER TABLE ... SET (autovacuum_enabled = off) for a bulk step that did not come to its end",
          .detect = &detect};
}

RegisterDetector const registered(&describe);

}  // namespace

}  // namespace pgdrill::migrations
