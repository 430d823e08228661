// The effects that a review states, against a real PostgreSQL: each statement runs in a transaction, and its
// table locks (pg_locks) and rewrites (relfilenode) are compared with what effect_of() says.
#include <gtest/gtest.h>
#include <libpq-fe.h>

#include <map>
#include <memory>

#include "harness/base/text.hpp"
#include "harness/migrations/review/catalogue.hpp"
#include "harness/migrations/review/effect.hpp"
#include "tests/support/postgres_server.hpp"

namespace pgdrill::review {
namespace {

char const* const setup =
    "CREATE DOMAIN plain AS text; CREATE DOMAIN positive AS int CHECK (VALUE > 0);"
    "CREATE TABLE p (id int PRIMARY KEY, other int);"
    "CREATE TABLE t (id int PRIMARY KEY, s varchar(20), x text, n numeric(10,2), i int, j json, z timestamp, "
    "c char(3),"
    " k varchar(5) CHECK (k <> ''), b varbit(5), w timestamptz(3), o positive, r int CONSTRAINT t_r "
    "REFERENCES p,"
    " g int GENERATED ALWAYS AS (1) STORED);"
    "CREATE INDEX t_i ON t (i);"
    "ALTER TABLE t ADD CONSTRAINT later CHECK (i IS NOT NULL) NOT VALID;"
    "CREATE FUNCTION f() RETURNS trigger LANGUAGE plpgsql AS 'BEGIN RETURN NEW; END'; CREATE TRIGGER tr "
    "BEFORE INSERT ON t EXECUTE FUNCTION f();"
    "CREATE TABLE part (id int) PARTITION BY RANGE (id); CREATE TABLE part1 PARTITION OF part FOR VALUES "
    "FROM (1) TO (2);"
    "CREATE TABLE rest PARTITION OF part DEFAULT; CREATE TABLE alone (id int);"
    "CREATE MATERIALIZED VIEW m AS SELECT 1 AS one; INSERT INTO t (id, i) VALUES (1, 1);";

char const* const statements[] = {
    "ALTER TABLE t ADD COLUMN a int",
    "ALTER TABLE t ADD COLUMN a int DEFAULT -1 NOT NULL",
    "ALTER TABLE t ADD COLUMN a timestamptz DEFAULT now()",
    "ALTER TABLE t ADD COLUMN a timestamptz DEFAULT clock_timestamp()",
    "ALTER TABLE t ADD COLUMN a uuid DEFAULT gen_random_uuid()",
    "ALTER TABLE t ADD COLUMN a int GENERATED ALWAYS AS (id) STORED",
    "ALTER TABLE t ADD COLUMN a serial",
    "ALTER TABLE t ADD COLUMN a int GENERATED ALWAYS AS IDENTITY",
    "ALTER TABLE t ADD COLUMN a plain",
    "ALTER TABLE t ADD COLUMN a positive",
    "ALTER TABLE t ADD COLUMN a int CHECK (a > 0)",
    "ALTER TABLE t ADD COLUMN a int REFERENCES p",
    "ALTER TABLE t DROP COLUMN s",
    "ALTER TABLE t RENAME COLUMN s TO ss",
    "ALTER TABLE t RENAME TO tt",
    "ALTER TABLE t ALTER s SET DEFAULT 'a'",
    "ALTER TABLE t ALTER i SET NOT NULL",
    "ALTER TABLE t ADD CONSTRAINT q CHECK (id > 0)",
    "ALTER TABLE t ADD CONSTRAINT q CHECK (id > 0) NOT VALID",
    "ALTER TABLE t VALIDATE CONSTRAINT later",
    "ALTER TABLE t ADD CONSTRAINT q FOREIGN KEY (i) REFERENCES p NOT VALID",
    "ALTER TABLE t DROP CONSTRAINT t_r",
    "ALTER TABLE t ADD CONSTRAINT q UNIQUE (s)",
    "CREATE INDEX q ON t (s)",
    "DROP INDEX t_i",
    "ALTER TABLE t ALTER s TYPE varchar(50)",
    "ALTER TABLE t ALTER s TYPE text",
    "ALTER TABLE t ALTER s TYPE varchar(10)",
    "ALTER TABLE t ALTER x TYPE varchar",
    "ALTER TABLE t ALTER x TYPE plain",
    "ALTER TABLE t ALTER n TYPE numeric(12,2)",
    "ALTER TABLE t ALTER n TYPE numeric",
    "ALTER TABLE t ALTER n TYPE numeric(12,4)",
    "ALTER TABLE t ALTER n TYPE numeric(8,2)",
    "ALTER TABLE t ALTER i TYPE bigint",
    "ALTER TABLE t ALTER i TYPE positive",
    "ALTER TABLE t ALTER j TYPE jsonb",
    "ALTER TABLE t ALTER c TYPE char(5)",
    "ALTER TABLE t ALTER b TYPE varbit(9)",
    "ALTER TABLE t ALTER w TYPE timestamptz",
    "ALTER TABLE t ALTER w TYPE timestamptz(1)",
    "ALTER TABLE t ALTER i TYPE int USING i + 0",
    "ALTER TABLE t ALTER i TYPE int USING i",
    "ALTER TABLE t SET (fillfactor = 50)",
    "ALTER TABLE t ALTER i SET STATISTICS 50",
    "ALTER TABLE t SET UNLOGGED",
    "ALTER TABLE t DISABLE TRIGGER tr",
    "ALTER TABLE t ENABLE ROW LEVEL SECURITY",
    "ALTER TABLE t REPLICA IDENTITY FULL",
    "CREATE TRIGGER q BEFORE INSERT ON t EXECUTE FUNCTION f()",
    "CREATE TABLE q (p int REFERENCES p)",
    "CREATE TABLE part2 PARTITION OF part FOR VALUES FROM (2) TO (3)",
    "ALTER TABLE part ATTACH PARTITION alone FOR VALUES FROM (5) TO (6)",
    "ALTER TABLE part DETACH PARTITION part1",
    "TRUNCATE p CASCADE",
    "CLUSTER t USING t_i",
    "REFRESH MATERIALIZED VIEW m",
    "LOCK TABLE t IN SHARE MODE",
    "ALTER DOMAIN positive ADD CHECK (VALUE < 100)",
    "DROP TABLE t",
};

struct Finish {
  void operator()(PGconn* connection) const { PQfinish(connection); }
};
struct Clear {
  void operator()(PGresult* result) const { PQclear(result); }
};

class Oracle : public testing::TestWithParam<char const*> {
 protected:
  void SetUp() override {
    if (connection_) return;
    auto const database = test::PostgresServer::shared().fresh_database(setup);
    connection_.reset(PQconnectdb(database.conninfo(std::chrono::seconds(10)).c_str()));
    // The server of the tests may be in any zone: what depends on it is tested with a zone of its own.
    ask("SET TimeZone = 'Europe/Berlin'");
    catalogue_ = std::make_unique<Catalogue>(run_to_end(read_catalogue(database)).value());
  }
  static void TearDownTestSuite() { connection_.reset(); }

  static std::vector<std::vector<std::string>> ask(std::string const& sql) {
    std::unique_ptr<PGresult, Clear> const result(PQexec(connection_.get(), sql.c_str()));
    EXPECT_TRUE(PQresultStatus(result.get()) == PGRES_TUPLES_OK ||
                PQresultStatus(result.get()) == PGRES_COMMAND_OK)
        << PQresultErrorMessage(result.get()) << sql;
    std::vector<std::vector<std::string>> rows(static_cast<std::size_t>(PQntuples(result.get())));
    for (std::size_t row = 0; row < rows.size(); ++row) {
      for (int column = 0; column < PQnfields(result.get()); ++column)
        rows[row].emplace_back(PQgetvalue(result.get(), static_cast<int>(row), column));
    }
    return rows;
  }

  static std::unique_ptr<PGconn, Finish> connection_;
  static std::unique_ptr<Catalogue> catalogue_;
};
std::unique_ptr<PGconn, Finish> Oracle::connection_;
std::unique_ptr<Catalogue> Oracle::catalogue_;

Lock lock_of_mode(std::string const& mode) {
  static std::map<std::string, Lock> const locks{{"AccessShareLock", Lock::access_share},
                                                 {"RowShareLock", Lock::row_share},
                                                 {"RowExclusiveLock", Lock::row_exclusive},
                                                 {"ShareUpdateExclusiveLock", Lock::share_update_exclusive},
                                                 {"ShareLock", Lock::share},
                                                 {"ShareRowExclusiveLock", Lock::share_row_exclusive},
                                                 {"ExclusiveLock", Lock::exclusive},
                                                 {"AccessExclusiveLock", Lock::access_exclusive}};
  auto const found = locks.find(mode);
  return found == locks.end() ? Lock::none : found->second;
}

TEST_P(Oracle, AgreesWithTheServer) {
  std::string const sql = GetParam();
  auto const parsed = parse_statement(sql);
  ASSERT_TRUE(parsed.has_value());
  std::vector<Action> const actions = actions_of(*parsed, sql);
  Session const session;
  Situation const situation{&catalogue_->schema, &session, catalogue_->major, &parsed->newer, &actions};
  Effect const effect = effect_of(actions.front(), situation);

  std::string const tables =
      "SELECT relname, relfilenode FROM pg_class WHERE relkind IN ('r', 'm') AND relnamespace = "
      "'public'::regnamespace";
  ask("BEGIN");
  std::map<std::string, std::string> before;
  // By OID: a renamed or dropped table keeps it.
  for (auto const& row : ask("SELECT oid, relname FROM pg_class WHERE relkind IN ('r', 'p', 'm') AND "
                             "relnamespace = 'public'::regnamespace"))
    before[row[0]] = row[1];
  std::map<std::string, std::string> files;
  for (auto const& row : ask(tables)) files[row[0]] = row[1];
  ask(sql);
  std::map<std::string, Lock> seen;
  for (auto const& row : ask("SELECT relation::oid, mode FROM pg_locks WHERE pid = pg_backend_pid() AND "
                             "locktype = 'relation'")) {
    auto const known = before.find(row[0]);
    if (known == before.end()) continue;
    Lock& lock = seen[known->second];
    lock = std::max(lock, lock_of_mode(row[1]));
  }
  bool rewritten = false;
  for (auto const& row : ask(tables))
    rewritten = rewritten || (files.contains(row[0]) && files[row[0]] != row[1]);
  ask("ROLLBACK");

  std::map<std::string, Lock> stated;
  for (TableLock const& lock : effect.locks) {
    Lock& strongest = stated[lock.table.name];
    strongest = std::max(strongest, lock.lock);
  }
  for (auto const& [table, lock] : seen) {
    // What reads only is not stated.
    if (lock <= Lock::row_share) continue;
    EXPECT_EQ(name_of(stated[table]), name_of(lock)) << table;
  }
  for (auto const& [table, lock] : stated) EXPECT_LE(lock, std::max(seen[table], Lock::row_share)) << table;
  bool const truncates = actions.front().kind == ActionKind::truncate;
  if (!truncates) EXPECT_EQ(effect.cost == Cost::rewrite, rewritten) << name_of(effect.cost);
}

INSTANTIATE_TEST_SUITE_P(Measured, Oracle, testing::ValuesIn(statements));

}  // namespace
}  // namespace pgdrill::review
