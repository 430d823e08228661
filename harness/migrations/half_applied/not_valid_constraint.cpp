// Constraints that were added NOT VALID and never validated: new rows are checked, old ones were not.
// https://www.postgresql.org/docs/15/sql-altertable.html
#include <fmt/format.h>

#include <pqxx/pqxx>

#include "harness/migrations/half_applied/detector.hpp"

namespace pgdrill::migrations {

namespace {

/// From 18 on, constraints may be not enforced, which is a state of its own.
std::string query_for(int server_version) {
  std::string const enforced = server_version >= 180000 ? "AND k.conenforced" : "";
  return fmt::format(R"(
SELECT CASE WHEN k.contypid <> 0 THEN 'DOMAIN' ELSE 'TABLE' END, n.nspname, coalesce(c.relname, t.typname), k.conname,
  k.contype, pg_get_constraintdef(k.oid)
FROM pg_constraint k
LEFT JOIN pg_class c ON c.oid = k.conrelid
LEFT JOIN pg_type t ON t.oid = k.contypid AND k.contypid <> 0
JOIN pg_namespace n ON n.oid = coalesce(c.relnamespace, t.typnamespace)
WHERE NOT k.convalidated AND k.conparentid = 0 AND (k.contypid <> 0 OR k.conislocal) {} AND {}
ORDER BY n.nspname, 3, k.conname)",
                     enforced, user_schema("n"));
}

Result<std::vector<Finding>> detect(pqxx::transaction_base& transaction, Scene const& scene) {
  std::vector<Finding> findings;
  for (auto const& row : transaction.exec(query_for(scene.server_version))) {
    bool const foreign_key = std::string_view(row[4].c_str()) == "f";
    std::string const alter =
        fmt::format("ALTER {} {}", row[0].c_str(), qualified(row[1].c_str(), row[2].c_str()));
    std::string const name = postgres::quote_identifier(row[3].c_str());
    findings.push_back(
        {.severity = Severity::problem,
         .kind = "not-valid-constraint",
         .object = fmt::format("constraint {} on {}.{}", row[3].c_str(), row[1].c_str(), row[2].c_str()),
         .message = fmt::format("was never validated: rows from before it may break it ({})", row[5].c_str()),
         .finish = {{fmt::format("{} VALIDATE CONSTRAINT {}", alter, name)},
                    "rows that break it must be mended first; it scans the table, and lets reads and writes "
                    "through"},
         .undo = {{fmt::format("{} DROP CONSTRAINT {}", alter, name)},
                  foreign_key ? "takes an ACCESS EXCLUSIVE lock on both tables: set lock_timeout" : ""}});
  }
  return findings;
}

Detector describe() {
  return {.name = "not-valid-constraint",
          .summary = "ADD CONSTRAINT ... NOT VALID without the VALIDATE that belongs to it",
          .detect = &detect};
}

RegisterDetector const registered(&describe);

}  // namespace

}  // namespace pgdrill::migrations
