// Invalid indexes: CREATE, DROP or REINDEX ... CONCURRENTLY that was cut off or failed.
// https://www.postgresql.org/docs/15/sql-createindex.html#SQL-CREATEINDEX-CONCURRENTLY
#include <fmt/format.h>

#include <pqxx/pqxx>

#include "harness/migrations/half_applied/detector.hpp"

namespace pgdrill::migrations {

namespace {

std::string const query = R"(
SELECT n.nspname, c.relname, t.relname, i.indisunique, i.indisready, i.indislive,
  coalesce((SELECT p.pid FROM pg_stat_progress_create_index p WHERE p.index_relid = c.oid LIMIT 1), 0)
FROM pg_index i
JOIN pg_class c ON c.oid = i.indexrelid
JOIN pg_namespace n ON n.oid = c.relnamespace
JOIN pg_class t ON t.oid = i.indrelid
WHERE NOT i.indisvalid AND c.relkind = 'i' AND )" +
                          user_schema("n") + " ORDER BY n.nspname, c.relname";

/// Copies that REINDEX CONCURRENTLY makes and, after the swap, has still to drop.
bool is_reindex_copy(std::string_view name) {
  while (!name.empty() && name.back() >= '0' && name.back() <= '9') name.remove_suffix(1);
  return name.ends_with("_ccnew") || name.ends_with("_ccold");
}

std::string message_of(bool unique, bool ready, bool live) {
  if (!live) return "is being dropped, and the drop was cut off";
  if (!ready)
    return "was left behind by a build that was cut off or failed; no query uses it and nothing maintains it";
  return unique ? "was left behind half built; every write maintains it, it already rejects duplicates, no "
                  "query uses it"
                : "was left behind half built; every write maintains it, no query uses it";
}

Result<std::vector<Finding>> detect(pqxx::transaction_base& transaction, Scene const&) {
  std::vector<Finding> findings;
  for (auto const& row : transaction.exec(query)) {
    std::string const name = qualified(row[0].c_str(), row[1].c_str());
    bool const unique = row[3].as<bool>();
    bool const live = row[5].as<bool>();
    Remedy const drop{{"DROP INDEX CONCURRENTLY " + name}, ""};
    Finding finding{
        .severity = Severity::problem,
        .kind = "invalid-index",
        .object = fmt::format("index {}.{} on {}", row[0].c_str(), row[1].c_str(), row[2].c_str()),
        .message = message_of(unique, row[4].as<bool>(), live),
        .finish = {{"REINDEX INDEX CONCURRENTLY " + name},
                   unique ? "remove duplicate rows first, or it fails again; CREATE INDEX IF NOT EXISTS "
                            "would succeed and leave it invalid"
                          : "CREATE INDEX IF NOT EXISTS would succeed and leave it invalid"},
        .undo = drop};
    if (is_reindex_copy(row[1].c_str()) || !live) finding.finish = drop;
    if (is_reindex_copy(row[1].c_str()))
      finding.message = "is the copy of a REINDEX CONCURRENTLY that was cut off or failed";
    if (int const pid = row[6].as<int>(); pid != 0) {
      finding.severity = Severity::note;
      finding.message = fmt::format("is being built by backend {}", pid);
      finding.finish = {{}, "wait"};
      finding.undo = {{fmt::format("SELECT pg_terminate_backend({})", pid), drop.statements.front()}, ""};
    }
    findings.push_back(std::move(finding));
  }
  return findings;
}

Detector describe() {
  return {.name = "invalid-index",
          .summary = "CREATE, DROP or REINDEX INDEX CONCURRENTLY was cut off or failed",
          .detect = &detect};
}

RegisterDetector const registered(&describe);

}  // namespace

}  // namespace pgdrill::migrations
