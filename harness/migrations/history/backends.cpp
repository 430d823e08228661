#include "harness/migrations/history/backends.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <pqxx/pqxx>
#include <set>

#include "harness/base/text.hpp"

namespace pgdrill::migrations {

namespace {

constexpr std::size_t shown_query = 200;

// pg_locks and pg_stat_activity are not part of a snapshot: they show the moment. Of another role's session
// PostgreSQL hides all but who it is (backend_type, state, xact_start and query are NULL or a placeholder),
// unless the audit's role has pg_read_all_stats; a worker without a role, as of autovacuum, is no session.
constexpr char const* activity_query = R"(
SELECT a.pid, coalesce(a.usename, ''), coalesce(a.application_name, ''), coalesce(host(a.client_addr), 'local'),
  coalesce(a.state, ''), CASE WHEN a.wait_event_type IN ('Lock', 'IO', 'IPC') THEN a.wait_event_type || ': ' || a.wait_event ELSE '' END,
  coalesce(extract(epoch FROM clock_timestamp() - a.xact_start), 0), coalesce(a.query, ''),
  array_to_string(pg_blocking_pids(a.pid), ','), a.backend_type IS NULL
FROM pg_stat_activity a
WHERE a.datname = current_database() AND a.pid <> pg_backend_pid() 
  AND (a.backend_type IN ('client backend', 'parallel worker') OR a.backend_type IS NULL AND a.usesysid IS NOT NULL)
ORDER BY a.xact_start NULLS LAST, a.pid)";

// A transaction has a virtual id for as long as it lives, and holds the lock of it; pg_locks hides nothing.
constexpr char const* transactions_query =
    "SELECT DISTINCT pid FROM pg_locks WHERE locktype = 'virtualxid' AND pid IS NOT NULL";

// ACCESS SHARE, ROW SHARE and ROW EXCLUSIVE are what an application takes.
constexpr char const* locks_query = R"(
SELECT l.pid, l.locktype, l.mode, l.granted, coalesce(l.classid || '/' || l.objid || '/' || l.objsubid, ''),
  coalesce(n.nspname, ''), coalesce(c.relname, '')
FROM pg_locks l
LEFT JOIN pg_class c ON l.locktype = 'relation' AND c.oid = l.relation
LEFT JOIN pg_namespace n ON n.oid = c.relnamespace
WHERE l.pid IS NOT NULL AND l.pid <> pg_backend_pid()
  AND l.database = (SELECT oid FROM pg_database WHERE datname = current_database())
  AND (l.locktype = 'advisory' OR l.mode NOT IN ('AccessShareLock', 'RowShareLock')))";

bool starts_with_ddl(std::string_view query) {
  std::string_view const start = trim(query);
  for (std::string_view const word : {"alter", "create", "drop", "reindex", "cluster", "vacuum full",
                                      "truncate", "comment on", "grant", "revoke", "refresh materialized"}) {
    bool const same =
        start.size() > word.size() && std::ranges::equal(start.substr(0, word.size()), word, {}, [](char c) {
          return c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c;
        });
    if (same) return true;
  }
  return false;
}

std::vector<int> numbers(std::string_view list) {
  std::vector<int> result;
  for (std::string const& part : split(list, ',')) {
    if (!part.empty()) result.push_back(std::stoi(part));
  }
  return result;
}

std::string one_line(std::string text) {
  std::ranges::replace_if(text, [](char c) { return c == '\n' || c == '\r' || c == '\t'; }, ' ');
  if (text.size() <= shown_query) return text;
  std::size_t end = shown_query;
  while (end > 0 && (static_cast<unsigned char>(text[end]) & 0xc0U) == 0x80U)
    --end;  // not within a character
  return text.substr(0, end) + "...";
}

/// What a lock tells about a backend; empty for what an application holds too.
std::string reason_of(pqxx::row const& lock, std::string_view database,
                      std::vector<FoundHistory> const& histories) {
  std::string_view const type = lock[1].c_str();
  std::string_view const mode = lock[2].c_str();
  std::string const verb = lock[3].as<bool>() ? "holds" : "waits for";
  if (type == "advisory") {
    for (FoundHistory const& found : histories) {
      if (found.tool->lock_keys == nullptr) continue;
      auto const keys = found.tool->lock_keys(database, found.table);
      if (std::ranges::find(keys, lock[4].c_str()) != keys.end())
        return fmt::format("{} the advisory lock of {}", verb, found.tool->title);
    }
    return {};
  }
  if (type != "relation") return {};
  std::string const relation = std::string(lock[5].c_str()) + "." + lock[6].c_str();
  for (FoundHistory const& found : histories) {
    if (relation == found.table.text()) return fmt::format("{} {} on the history table", verb, mode);
  }
  if (mode == "RowExclusiveLock") return {};
  if (relation == ".") return fmt::format("{} {} on a table that is not committed yet", verb, mode);
  if (relation.starts_with("pg_")) return {};
  return fmt::format("{} {} on {}", verb, mode, relation);
}

/// A tool says that a migration has begun and not ended.
bool is_unsettled(std::vector<FoundHistory> const& histories) {
  return std::ranges::any_of(histories, [](FoundHistory const& found) {
    return std::ranges::any_of(found.history.findings, [](Finding const& finding) {
      return finding.kind == "dirty-history" || finding.kind == "stale-lock";
    });
  });
}

/// Whether it has a transaction, by its state or, where that is hidden, by its locks.
bool is_at_work(Backend const& backend, std::set<int> const& in_transaction) {
  if (backend.hidden) return in_transaction.contains(backend.pid);
  return backend.state == "active" || backend.state.starts_with("idle in");
}

Backend backend_of(pqxx::row const& row, std::vector<std::string> reasons) {
  Backend backend{.pid = row[0].as<int>(),
                  .user = row[1].c_str(),
                  .application = row[2].c_str(),
                  .client = row[3].c_str(),
                  .state = row[4].c_str(),
                  .wait = row[5].c_str(),
                  .transaction_age = row[6].as<double>(),
                  .query = one_line(row[7].c_str()),
                  .hidden = row[9].as<bool>(),
                  .reasons = std::move(reasons),
                  .blocked_by = numbers(row[8].c_str())};
  if (backend.hidden) backend.client = backend.query = "";  // placeholders
  return backend;
}

/// What the audit could not see, so that nobody takes it for nothing.
Finding hidden_sessions(std::string const& auditor, std::set<std::string> const& roles, std::size_t count) {
  return {
      .severity = Severity::note,
      .kind = "hidden-sessions",
      .object = "role " + auditor,
      .message = fmt::format("may not see what {} sessions of other roles run ({}): a migration among "
                             "them is told by its locks alone",
                             count, join({roles.begin(), roles.end()}, ", ")),
      .finish = {{fmt::format("GRANT pg_read_all_stats TO {}", postgres::quote_identifier(auditor))}, ""}};
}

}  // namespace

Result<Backends> read_backends(pqxx::transaction_base& transaction,
                               std::vector<FoundHistory> const& histories) {
  std::string const database = transaction.exec("SELECT current_database()")[0][0].c_str();
  std::map<int, std::vector<std::string>> reasons;
  for (auto const& lock : transaction.exec(locks_query)) {
    std::string reason = reason_of(lock, database, histories);
    auto& of_backend = reasons[lock[0].as<int>()];
    if (!reason.empty() && std::ranges::find(of_backend, reason) == of_backend.end())
      of_backend.push_back(std::move(reason));
  }
  bool const unsettled = is_unsettled(histories);
  std::set<int> in_transaction;
  for (auto const& row : transaction.exec(transactions_query)) in_transaction.insert(row[0].as<int>());
  std::vector<Backend> all;
  std::set<std::string> hidden_roles;
  for (auto const& row : transaction.exec(activity_query)) {
    Backend backend = backend_of(row, reasons[row[0].as<int>()]);
    if (backend.hidden) hidden_roles.insert(backend.user);
    if (backend.state == "active" && starts_with_ddl(row[7].c_str()))
      backend.reasons.emplace_back("runs DDL");
    // Its statement may be any: a backfill holds no lock that an application would not take.
    if (unsettled && backend.reasons.empty() && is_at_work(backend, in_transaction))
      backend.reasons.emplace_back("is at work while the history is dirty or locked");
    all.push_back(std::move(backend));
  }
  for (Backend& backend : all) {
    for (Backend const& other : all) {
      if (std::ranges::find(other.blocked_by, backend.pid) != other.blocked_by.end())
        backend.blocks.push_back(other.pid);
    }
  }
  Backends result;
  auto const hidden = static_cast<std::size_t>(std::ranges::count(all, true, &Backend::hidden));
  if (hidden > 0) {
    std::string const auditor = transaction.exec("SELECT current_user")[0][0].c_str();
    result.findings.push_back(hidden_sessions(auditor, hidden_roles, hidden));
  }
  std::erase_if(all, [](Backend const& backend) { return backend.reasons.empty(); });
  result.running = std::move(all);
  return result;
}

}  // namespace pgdrill::migrations
