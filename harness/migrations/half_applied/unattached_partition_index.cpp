// Indexes of partitioned tables to which not every partition has an index attached: CREATE INDEX ... ON ONLY,
// and the rest of the recipe was not run. https://www.postgresql.org/docs/15/ddl-partitioning.html
#include <fmt/format.h>

#include <pqxx/pqxx>

#include "harness/migrations/half_applied/detector.hpp"

namespace pgdrill::migrations {

namespace {

// The parent is attached to by pg_inherits; a partition with no attached index is what is missing.
std::string const query = R"(
SELECT n.nspname, c.relname, pg_get_indexdef(c.oid), pn.nspname, p.relname, p.relkind
FROM pg_index i
JOIN pg_class c ON c.oid = i.indexrelid AND c.relkind = 'I'
JOIN pg_namespace n ON n.oid = c.relnamespace
JOIN pg_inherits of_table ON of_table.inhparent = i.indrelid
JOIN pg_class p ON p.oid = of_table.inhrelid
JOIN pg_namespace pn ON pn.oid = p.relnamespace
WHERE NOT i.indisvalid AND NOT EXISTS (
  SELECT FROM pg_inherits of_index JOIN pg_index pi ON pi.indexrelid = of_index.inhrelid
  WHERE of_index.inhparent = c.oid AND pi.indrelid = p.oid)
  AND )" + user_schema("n") +
                          " ORDER BY n.nspname, c.relname, pn.nspname, p.relname";

/// "CREATE UNIQUE INDEX i ON ONLY t USING btree (x)" for a partition.
std::string create_on_partition(std::string const& definition, std::string const& index,
                                std::string const& partition) {
  auto const method = definition.find(" USING ");
  std::string const unique = definition.starts_with("CREATE UNIQUE") ? "UNIQUE " : "";
  return fmt::format("CREATE {}INDEX CONCURRENTLY {} ON {}{}", unique, index, partition,
                     method == std::string::npos ? "" : definition.substr(method));
}

/// Names are cut off at 63 bytes by the server; ours must stay distinct.
std::string name_on_partition(std::string_view partition, std::string_view index) {
  constexpr std::size_t longest = 63;
  std::string name = fmt::format("{}_{}", partition, index);
  if (name.size() > longest) name = fmt::format("{}_{:08x}", name.substr(0, longest - 9), crc32(name));
  return name;
}

void add_partition(Finding& finding, pqxx::row const& row, std::string const& parent) {
  std::string const partition = qualified(row[3].c_str(), row[4].c_str());
  if (std::string_view(row[5].c_str()) == "p") {
    finding.finish.advice = "partitions that are partitioned themselves need the same recipe first";
    return;
  }
  std::string const name = name_on_partition(row[4].c_str(), row[1].c_str());
  finding.finish.statements.push_back(
      create_on_partition(row[2].c_str(), postgres::quote_identifier(name), partition));
  finding.finish.statements.push_back(
      fmt::format("ALTER INDEX {} ATTACH PARTITION {}", parent, qualified(row[3].c_str(), name)));
}

Result<std::vector<Finding>> detect(pqxx::transaction_base& transaction, Scene const&) {
  std::vector<Finding> findings;
  for (auto const& row : transaction.exec(query)) {
    std::string const object = fmt::format("index {}.{}", row[0].c_str(), row[1].c_str());
    std::string const parent = qualified(row[0].c_str(), row[1].c_str());
    if (findings.empty() || findings.back().object != object) {
      findings.push_back({.severity = Severity::problem,
                          .kind = "unattached-partition-index",
                          .object = object,
                          .message = "is invalid, since these partitions have no index attached to it:",
                          .undo = {{"DROP INDEX " + parent},
                                   "takes an ACCESS EXCLUSIVE lock on the table: set lock_timeout"}});
    }
    findings.back().message += fmt::format(" {}.{}", row[3].c_str(), row[4].c_str());
    add_partition(findings.back(), row, parent);
  }
  return findings;
}

Detector describe() {
  return {.name = "unattached-partition-index",
          .summary = "CREATE INDEX ON ONLY a partitioned table, without indexes attached for all partitions",
          .detect = &detect};
}

RegisterDetector const registered(&describe);

}  // namespace

}  // namespace pgdrill::migrations
