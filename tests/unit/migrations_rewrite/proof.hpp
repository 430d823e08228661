// Proves a rewrite on a real PostgreSQL: every file up, down and up again, the queries of both versions of
// the application at every point at which they must work, and at the end the same schema and rows as the
// original change gives at once; then all down files in reverse, to the former schema, its queries and its
// rows. Backfills are cut off after their first batch and run again. The reviewer has nothing against the
// files' locks.
#pragma once
#include <string>
#include <vector>

#include "harness/migrations/rewrite/rewriting.hpp"
#include "harness/postgres/connection.hpp"

namespace pgdrill::test {

struct Change {
  std::string setup;                ///< tables and rows; for a backfill of several batches more than 1000
  std::string change;               ///< the breaking statement
  std::vector<std::string> former;  ///< queries of the former version: work until phase contract
  std::vector<std::string> next;    ///< queries of the next version: work from phase contract on
  /// Of a version between the two, when there are two rounds of phases: its phase contract ends the former
  /// version, and that of the second round ends it.
  std::vector<std::string> between = {};
  std::string rows =  ///< a query of one value: all that must be the same in the end
      "SELECT md5(string_agg(to_jsonb(t)::text, ',' ORDER BY id)) FROM orders t";
  std::string prepared = {};     ///< SQL that the change at once needs first, and the files do by themselves
  std::string large = "orders";  ///< the table with more than 1000 rows by `id`, whose backfills are cut off
  /// The down file (a part of its name) that stops on the way back, since the next version left rows that the
  /// former one cannot hold, what it says then, and the SQL after which it does not. Empty for none.
  std::string stops_at = {};
  std::string stops_saying = {};
  std::string goes_on_after = {};
};

void prove(Change const& change);

/// From behind each file, and after the next version has written rows there, all down files before it lead to
/// the former version, which works, and to its schema. For changes that both versions work with from the
/// first file on.
void prove_way_back_from_each_file(Change const& change);

/// Of a file of several statements: every file up, down and up again, at the end the same schema and rows as the
/// statements give at once, and behind all down files the former ones. `former` reads.
void prove_file(Change const& change);

/// Of a change of a live database; fails the test when it is refused.
[[nodiscard]] review::Rewriting rewriting_of(postgres::ConnectionParameters const& database,
                                             std::string const& change);

/// Runs a file as psql does: statement by statement, each in a transaction of its own unless the file says
/// BEGIN. Gives the server's refusal, or nothing.
[[nodiscard]] std::string run_file(postgres::ConnectionParameters const& database,
                                   std::string const& content);

}  // namespace pgdrill::test
