// A partition whose DETACH ... CONCURRENTLY was cut off: its rows are gone from the parent, and no other
// partition of the parent can be attached or detached. https://www.postgresql.org/docs/15/sql-altertable.html
#include <fmt/format.h>

#include <pqxx/pqxx>

#include "harness/migrations/half_applied/detector.hpp"

namespace pgdrill::migrations {

namespace {

std::string const query = R"(
SELECT n.nspname, c.relname, pn.nspname, p.relname, pg_get_expr(c.relpartbound, c.oid)
FROM pg_inherits i
JOIN pg_class c ON c.oid = i.inhrelid
JOIN pg_namespace n ON n.oid = c.relnamespace
JOIN pg_class p ON p.oid = i.inhparent
JOIN pg_namespace pn ON pn.oid = p.relnamespace
WHERE i.inhdetachpending AND )" +
                          user_schema("n") + " ORDER BY n.nspname, c.relname";

Result<std::vector<Finding>> detect(pqxx::transaction_base& transaction, Scene const&) {
  std::vector<Finding> findings;
  for (auto const& row : transaction.exec(query)) {
    std::string const child = qualified(row[0].c_str(), row[1].c_str());
    std::string const parent = qualified(row[2].c_str(), row[3].c_str());
    std::string const finalize = fmt::format("ALTER TABLE {} DETACH PARTITION {} FINALIZE", parent, child);
    findings.push_back(
        {.severity = Severity::problem,
         .kind = "detach-pending",
         .object = fmt::format("partition {}.{}", row[0].c_str(), row[1].c_str()),
         .message = fmt::format(
             "is half detached from {}.{}: its rows are gone from it, and inserts into its range fail",
             row[2].c_str(), row[3].c_str()),
         .finish = {{finalize}, ""},
         .undo = {
             {finalize, fmt::format("ALTER TABLE {} ATTACH PARTITION {} {}", parent, child, row[4].c_str())},
             "ATTACH scans the partition under an ACCESS EXCLUSIVE lock on it"}});
  }
  return findings;
}

Detector describe() {
  return {.name = "detach-pending",
          .summary = "ALTER TABLE ... DETACH PARTITION ... CONCURRENTLY was cut off",
          .detect = &detect};
}

RegisterDetector const registered(&describe);

}  // namespace

}  // namespace pgdrill::migrations
