// Server processes that still do a migration's work: a client that is dead does not stop its statement
// (client_connection_check_interval is 0 by default;
// https://www.postgresql.org/docs/15/runtime-config-connection.html).
#pragma once
#include <vector>

#include "harness/migrations/history/find_histories.hpp"

namespace pgdrill::migrations {

struct Backend {
  int pid = 0;
  std::string user;
  std::string application;
  std::string client;                ///< address, or "local"; empty when hidden
  std::string state;                 ///< "active", "idle in transaction"; empty when hidden
  std::string wait;                  ///< "Lock: relation"; empty when it does not wait
  double transaction_age = 0;        ///< seconds; 0 when hidden
  std::string query;                 ///< the first 200 characters, one line; empty when hidden
  bool hidden = false;               ///< of another role, and the caller's lacks pg_read_all_stats
  std::vector<std::string> reasons;  ///< why it is taken for a migration, in words
  std::vector<int> blocked_by;
  std::vector<int> blocks;
};

struct Backends {
  std::vector<Backend> running;
  std::vector<Finding> findings;  ///< of what the caller's role may not see
};

/// Backends of this database, other than the caller's, that hold a tool's advisory lock, have locked a
/// history table for writing, hold or wait for a lock as only DDL takes it, or run DDL, oldest transaction
/// first. Of sessions of other roles that are hidden only the locks tell.
[[nodiscard]] Result<Backends> read_backends(pqxx::transaction_base& transaction,
                                             std::vector<FoundHistory> const& histories);

}  // namespace pgdrill::migrations
