// The effects that a review states, against a real PostgreSQL: each statement runs in a transaction, and its
// table locks (pg_locks), rewrites (relfilenode) and scans (the transaction's own statistics) are compared
// with what effect_of() says.
#include "tests/unit/migrations_review/oracle.hpp"

#include <gtest/gtest.h>

#include "tests/support/postgres_server.hpp"

namespace pgdrill::review {
namespace {

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
    "ALTER TABLE t ADD COLUMN a positive[]",
    "ALTER TABLE t ADD COLUMN a nested",
    "ALTER TABLE t ADD COLUMN a int CHECK (a > 0)",
    "ALTER TABLE t ADD COLUMN a int REFERENCES p",
    "ALTER TABLE t ADD COLUMN a int DEFAULT 1 REFERENCES p",
    "ALTER TABLE t ADD COLUMN a int REFERENCES t",
    "ALTER TABLE t ADD COLUMN a int UNIQUE",
    "ALTER TABLE t DROP COLUMN s",
    "ALTER TABLE t RENAME COLUMN s TO ss",
    "ALTER TABLE t RENAME TO tt",
    "ALTER TABLE t ALTER s SET DEFAULT 'a'",
    "ALTER TABLE t ALTER i SET NOT NULL",
    "ALTER TABLE t ALTER e SET NOT NULL",
    "ALTER TABLE t ALTER id SET NOT NULL",
    "ALTER TABLE t DROP CONSTRAINT proven, ALTER e SET NOT NULL",
    "ALTER TABLE t ALTER e DROP NOT NULL",
    "ALTER TABLE t ALTER e DROP DEFAULT",
    "ALTER TABLE t ALTER g DROP EXPRESSION",
    "ALTER TABLE t ALTER y DROP IDENTITY",
    "ALTER TABLE t ALTER y SET GENERATED ALWAYS",
    "ALTER TABLE t ALTER CONSTRAINT t_r DEFERRABLE",
    "ALTER TABLE t RENAME CONSTRAINT t_r TO t_rr",
    "ALTER TABLE t ADD CONSTRAINT q CHECK (id > 0)",
    "ALTER TABLE t ADD CONSTRAINT q CHECK (id > 0) NOT VALID",
    "ALTER TABLE t VALIDATE CONSTRAINT later",
    "ALTER TABLE t VALIDATE CONSTRAINT later_r",
    "ALTER TABLE t VALIDATE CONSTRAINT proven",
    "ALTER TABLE t ADD CONSTRAINT q FOREIGN KEY (i) REFERENCES p NOT VALID",
    "ALTER TABLE t ADD CONSTRAINT q FOREIGN KEY (i) REFERENCES p",
    "ALTER TABLE t DROP CONSTRAINT t_r",
    "ALTER TABLE t ADD CONSTRAINT q UNIQUE (s)",
    "ALTER TABLE u ADD CONSTRAINT q UNIQUE USING INDEX u_v",
    "ALTER TABLE u ADD PRIMARY KEY USING INDEX u_id",
    "ALTER TABLE u ADD PRIMARY KEY USING INDEX u_v",
    "ALTER TABLE u ADD PRIMARY KEY (id)",
    "ALTER TABLE u ADD EXCLUDE USING btree (v WITH =)",
    "CREATE INDEX q ON t (s)",
    "DROP INDEX t_i",
    "CREATE UNIQUE INDEX q ON t (i)",
    "CREATE INDEX q ON part (id)",
    "CREATE INDEX q ON ONLY part (id)",
    "REINDEX INDEX t_i",
    "REINDEX TABLE t",
    "ALTER INDEX t_i RENAME TO t_j",
    "ALTER TABLE t ALTER s TYPE varchar(50)",
    "ALTER TABLE t ALTER s TYPE text",
    "ALTER TABLE t ALTER s TYPE varchar(10)",
    "ALTER TABLE t ALTER x TYPE varchar",
    "ALTER TABLE collated ALTER a TYPE text",
    "ALTER TABLE collated ALTER a TYPE text COLLATE \"C\"",
    "ALTER TABLE collated ALTER a TYPE varchar COLLATE \"C\"",
    "ALTER TABLE collated ALTER b TYPE text",
    "ALTER TABLE collated ALTER d TYPE int",
    "ALTER TABLE collated ALTER e TYPE text",
    "ALTER TABLE lists ALTER s TYPE varchar(10)[]",
    "ALTER TABLE lists ALTER v TYPE text[]",
    "ALTER TABLE t ALTER x TYPE plain",
    "ALTER TABLE t ALTER n TYPE numeric(12,2)",
    "ALTER TABLE t ALTER n TYPE numeric",
    "ALTER TABLE t ALTER n TYPE numeric(12,4)",
    "ALTER TABLE t ALTER n TYPE numeric(8,2)",
    "ALTER TABLE t ALTER i TYPE bigint",
    "ALTER TABLE t ALTER k TYPE varchar(9)",
    "ALTER TABLE t ALTER i TYPE positive",
    "ALTER TABLE t ALTER j TYPE jsonb",
    "ALTER TABLE t ALTER c TYPE char(5)",
    "ALTER TABLE t ALTER b TYPE varbit(9)",
    "ALTER TABLE t ALTER w TYPE timestamptz",
    "ALTER TABLE t ALTER w TYPE timestamptz(1)",
    "ALTER TABLE t ALTER i TYPE int USING i + 0",
    "ALTER TABLE t ALTER i TYPE int USING i",
    "ALTER TABLE t ALTER e TYPE bigint",
    "ALTER TABLE t ALTER r TYPE bigint",
    "ALTER TABLE p ALTER id TYPE bigint",
    "ALTER TABLE p ALTER other TYPE bigint",
    "ALTER TABLE held ALTER id TYPE bigint",
    "ALTER TABLE held ALTER code TYPE varchar(20)",
    "ALTER TABLE held ALTER code TYPE text",
    "ALTER TABLE held ALTER plain TYPE text",
    "ALTER TABLE holder ALTER h TYPE bigint",
    "ALTER TABLE holder ALTER code TYPE varchar(20)",
    "ALTER TABLE holder ALTER code TYPE text",
    "ALTER TABLE holder ALTER own TYPE bigint",
    "ALTER TABLE holder ALTER plain TYPE text",
    "ALTER TABLE holder DROP COLUMN h",
    "ALTER TABLE holder DROP COLUMN own",
    "ALTER TABLE holder DROP COLUMN h, DROP COLUMN code",
    "ALTER TABLE held DROP COLUMN code CASCADE",
    "ALTER TABLE held DROP COLUMN other CASCADE",
    "ALTER TABLE held DROP CONSTRAINT held_code_key CASCADE",
    "ALTER TABLE held DROP CONSTRAINT held_pkey CASCADE",
    "ALTER TABLE holder DROP CONSTRAINT holder_code",
    "ALTER TABLE holder RENAME COLUMN code TO named",
    "ALTER TABLE holder ALTER h SET NOT NULL",
    "DROP TABLE further",
    "DROP TABLE held CASCADE",
    "DROP TABLE holder CASCADE",
    "DROP TABLE holder, further",
    "TRUNCATE held CASCADE",
    "TRUNCATE further",
    "CREATE TABLE parts2 PARTITION OF parts FOR VALUES FROM (2) TO (3)",
    "ALTER TABLE parts DETACH PARTITION parts1",
    "DROP TABLE parts1",
    "DROP TABLE parts",
    "DROP TABLE part1",
    "DROP TABLE rest",
    "DROP TABLE part",
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
    "REFRESH MATERIALIZED VIEW CONCURRENTLY m",
    "LOCK TABLE t IN SHARE MODE",
    "ALTER DOMAIN positive ADD CHECK (VALUE < 100)",
    "ALTER DOMAIN positive ADD CHECK (VALUE < 100) NOT VALID",
    "ALTER DOMAIN positive VALIDATE CONSTRAINT late",
    "ALTER DOMAIN positive DROP CONSTRAINT late",
    "ALTER DOMAIN filled SET NOT NULL",
    "UPDATE t SET i = 2",
    "DELETE FROM t",
    "DROP TABLE t",
};

class Oracle : public testing::TestWithParam<char const*> {
 protected:
  void SetUp() override {
    if (connection_) return;
    auto const database = test::PostgresServer::shared().fresh_database(oracle_setup);
    connection_ = connect(database);
    // The server of the tests may be in any zone: what depends on it is tested with a zone of its own.
    run("SET TimeZone = 'Europe/Berlin'");
    catalogue_ = std::make_unique<Catalogue>(run_to_end(read_catalogue(database)).value());
  }
  static void TearDownTestSuite() { connection_.reset(); }

  static Rows run(std::string const& sql) { return ask(connection_.get(), sql); }

  /// Table files, by OID.
  static std::map<std::string, std::string> files() {
    std::map<std::string, std::string> found;
    for (auto const& row : run("SELECT oid, relfilenode FROM pg_class WHERE relkind IN ('r', 'm') AND "
                               "relnamespace = 'public'::regnamespace"))
      found[row[0]] = row[1];
    return found;
  }

  /// How often the session has begun to read each table, by OID: what it has not reported yet, of earlier
  /// transactions too.
  static std::map<std::string, std::string> scans_of(NamesByOid const& tables) {
    std::map<std::string, std::string> found;
    for (auto const& [oid, name] : tables)
      found[oid] = run("SELECT pg_stat_get_xact_numscans(" + oid + ")")[0][0];
    return found;
  }

  static Connection connection_;
  static std::unique_ptr<Catalogue> catalogue_;
};
Connection Oracle::connection_;
std::unique_ptr<Catalogue> Oracle::catalogue_;

TEST_P(Oracle, AgreesWithTheServer) {
  std::string const sql = GetParam();
  Stated const stated = stated_of(sql, *catalogue_);
  run("BEGIN");
  Relations const relations = relations_of(connection_.get());
  auto const before = files();
  auto const scans = scans_of(relations.tables);
  run(sql);
  if (HasFailure()) {
    run("ROLLBACK");
    return;
  }
  auto const seen = locks_of(connection_.get(), "pg_backend_pid()", relations);
  auto const after = files();
  std::string scanned;
  for (auto const& [oid, count] : scans_of(relations.tables)) {
    if (count != scans.at(oid)) scanned += relations.tables.at(oid) + " ";
  }
  run("ROLLBACK");

  expect_equal_locks(stated.locks, seen);
  // TRUNCATE makes new, empty files.
  if (sql.starts_with("TRUNCATE")) return;
  bool rewritten = false;
  for (auto const& [oid, file] : after)
    rewritten = rewritten || (before.contains(oid) && before.at(oid) != file);
  EXPECT_EQ(stated.cost == Cost::rewrite, rewritten) << name_of(stated.cost);
  // REFRESH CONCURRENTLY reads the view that it keeps writers from: who writes to one is another REFRESH
  // alone.
  if (rewritten || sql.starts_with("REFRESH")) return;
  EXPECT_EQ(stated.cost >= Cost::scan, !scanned.empty()) << name_of(stated.cost) << ", reads: " << scanned;
}

INSTANTIATE_TEST_SUITE_P(Measured, Oracle, testing::ValuesIn(statements));

}  // namespace
}  // namespace pgdrill::review
