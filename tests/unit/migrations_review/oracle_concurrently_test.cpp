// Statements that no transaction may hold, against a real PostgreSQL: another session makes each wait, and
// the locks that it then holds or waits for are compared with what effect_of() says; then it may end, and
// what it read and wrote is told by the server's statistics and files.
#include <fmt/format.h>
#include <gtest/gtest.h>

#include "tests/support/command.hpp"
#include "tests/support/postgres_server.hpp"
#include "tests/unit/migrations_review/oracle.hpp"

namespace pgdrill::review {
namespace {

struct Row {
  char const* sql;
  char const* blocker;  ///< in a transaction of another session: the statement waits for its end
};

// CONCURRENTLY waits for older writers before it builds, for readers too before it drops. Who reads a
// partition by itself is not in the way of the first part of DETACH, only of its second.
Row const rows[] = {
    {"CREATE INDEX CONCURRENTLY q ON t (s)", "LOCK TABLE t IN ROW EXCLUSIVE MODE"},
    {"CREATE UNIQUE INDEX CONCURRENTLY q ON t (i)", "LOCK TABLE t IN ROW EXCLUSIVE MODE"},
    {"CREATE INDEX CONCURRENTLY IF NOT EXISTS q ON t (s) WHERE s <> ''",
     "LOCK TABLE t IN ROW EXCLUSIVE MODE"},
    {"DROP INDEX CONCURRENTLY t_i", "LOCK TABLE t IN ACCESS SHARE MODE"},
    {"REINDEX INDEX CONCURRENTLY t_i", "LOCK TABLE t IN ROW EXCLUSIVE MODE"},
    {"REINDEX TABLE CONCURRENTLY t", "LOCK TABLE t IN ROW EXCLUSIVE MODE"},
    {"ALTER TABLE part DETACH PARTITION part3 CONCURRENTLY", "LOCK TABLE part3 IN ACCESS SHARE MODE"},
    {"VACUUM FULL t", "LOCK TABLE t IN ACCESS SHARE MODE"},
};

// A default partition forbids DETACH ... CONCURRENTLY.
char const* const without_default =
    "DROP TABLE rest; CREATE TABLE part3 PARTITION OF part FOR VALUES FROM (3) TO (4)";

class OutsideTransactions : public testing::TestWithParam<Row> {
 protected:
  OutsideTransactions()
      : database_(test::PostgresServer::shared().fresh_database(std::string(oracle_setup) + without_default)),
        runner_(connect(database_)),
        blocker_(connect(database_)),
        watcher_(connect(database_)),
        catalogue_(run_to_end(read_catalogue(database_)).value()) {
    backend_ = std::to_string(PQbackendPID(runner_.get()));
  }

  bool waits() {
    return !ask(watcher_.get(), fmt::format("SELECT FROM pg_locks WHERE pid = {} AND NOT granted", backend_))
                .empty();
  }
  /// The server's count of scans of a table, as far as sessions have reported theirs.
  std::string counts(std::string const& oid) {
    ask(watcher_.get(), "SELECT pg_stat_clear_snapshot()");
    return ask(watcher_.get(), fmt::format("SELECT pg_stat_get_numscans({})", oid))[0][0];
  }
  std::string file(std::string const& oid) {
    return ask(watcher_.get(), fmt::format("SELECT pg_relation_filenode({})", oid))[0][0];
  }
  void report_statistics(PGconn* connection) { ask(connection, "SELECT pg_stat_force_next_flush()"); }

  postgres::ConnectionParameters database_;
  Connection runner_;
  Connection blocker_;
  Connection watcher_;
  Catalogue catalogue_;
  std::string backend_;
};

TEST_P(OutsideTransactions, AgreesWithTheServer) {
  std::string const sql = GetParam().sql;
  Stated const stated = stated_of(sql, catalogue_);
  Relations const relations = relations_of(watcher_.get());
  std::string const table = sql.find("part3") == std::string::npos ? "t" : "part3";
  std::string const oid = ask(watcher_.get(), "SELECT '" + table + "'::regclass::oid")[0][0];

  ask(blocker_.get(), "BEGIN");
  ask(blocker_.get(), GetParam().blocker);
  std::string const scans = counts(oid);
  std::string const before = file(oid);
  ASSERT_EQ(PQsendQuery(runner_.get(), sql.c_str()), 1);
  ASSERT_TRUE(test::eventually([this] { return waits(); })) << "it never waited for the other session";
  auto const seen = locks_of(watcher_.get(), backend_, relations);
  ask(blocker_.get(), "ROLLBACK");
  std::unique_ptr<PGresult, Clear> const result(PQgetResult(runner_.get()));
  ASSERT_EQ(PQresultStatus(result.get()), PGRES_COMMAND_OK) << PQresultErrorMessage(result.get());
  ASSERT_EQ(PQgetResult(runner_.get()), nullptr);
  report_statistics(runner_.get());

  expect_equal_locks(stated.locks, seen);
  EXPECT_EQ(stated.cost == Cost::rewrite, file(oid) != before) << name_of(stated.cost);
  EXPECT_EQ(stated.cost >= Cost::scan, counts(oid) != scans) << name_of(stated.cost);
}

TEST_P(OutsideTransactions, IsRefusedInsideOne) {
  std::string const sql = GetParam().sql;
  EXPECT_TRUE(stated_of(sql, catalogue_).needs_no_transaction);
  ask(runner_.get(), "BEGIN");
  std::unique_ptr<PGresult, Clear> const result(PQexec(runner_.get(), sql.c_str()));
  EXPECT_STREQ(PQresultErrorField(result.get(), PG_DIAG_SQLSTATE), "25001")
      << PQresultErrorMessage(result.get());
}

INSTANTIATE_TEST_SUITE_P(Measured, OutsideTransactions, testing::ValuesIn(rows));

}  // namespace
}  // namespace pgdrill::review
