// A real PostgreSQL that says what statements lock, rewrite and read; and what the review says of them.
#pragma once
#include <libpq-fe.h>

#include <map>
#include <memory>
#include <string>
#include <vector>

#include "harness/migrations/review/catalogue.hpp"
#include "harness/migrations/review/effect.hpp"

namespace pgdrill::review {

struct Finish {
  void operator()(PGconn* connection) const { PQfinish(connection); }
};
struct Clear {
  void operator()(PGresult* result) const { PQclear(result); }
};
using Connection = std::unique_ptr<PGconn, Finish>;
using Rows = std::vector<std::vector<std::string>>;

/// Makes the tables of all rows of the oracle.
extern char const* const oracle_setup;

[[nodiscard]] Connection connect(postgres::ConnectionParameters const& database);
/// Fails the test when the server refuses it.
Rows ask(PGconn* connection, std::string const& sql);

/// What a statement is stated to do, all its actions together.
struct Stated {
  std::map<std::string, Lock> locks;
  Cost cost = Cost::none;
  bool needs_no_transaction = false;
};
[[nodiscard]] Stated stated_of(std::string const& sql, Catalogue const& catalogue);

struct SeenLocks {
  std::map<std::string, Lock> tables;
  std::map<std::string, Lock> indexes;
};

/// By OID: what is renamed or dropped keeps it.
using NamesByOid = std::map<std::string, std::string>;

/// What is in `public`, before a statement: what it makes itself nobody else can see.
struct Relations {
  NamesByOid tables;
  NamesByOid indexes;
};
[[nodiscard]] Relations relations_of(PGconn* connection);

/// The strongest lock of a backend on each relation, held or waited for. ACCESS EXCLUSIVE on an index counts
/// as one on its table, too: planning a query opens all indexes of its tables.
[[nodiscard]] SeenLocks locks_of(PGconn* connection, std::string const& backend, Relations const& relations);
void expect_equal_locks(std::map<std::string, Lock> stated, SeenLocks seen);

}  // namespace pgdrill::review
