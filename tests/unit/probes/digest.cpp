#include <gmock/gmock.h>

#include <pqxx/pqxx>

#include "harness/engine/registry.hpp"
#include "probes/digest_snapshot.hpp"
#include "probes/packing.hpp"
#include "tests/support/postgres_server.hpp"

namespace pgdrill::probes {
namespace {

using engine::Difference;
using test::PostgresServer;
using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;

constexpr char const* schema = R"(
CREATE TYPE mood AS ENUM ('sad', 'glad');
CREATE TABLE entries (id bigint PRIMARY KEY, account text, amount numeric(14, 2), note text, feeling mood, extra jsonb, raw bytea, at timestamptz);
INSERT INTO entries SELECT n, 'a' || n % 2, n / 100.0, CASE WHEN n % 3 = 0 THEN NULL ELSE 'note ' || n END, 'sad',
  jsonb_build_object('n', n), decode(lpad(to_hex(n), 8, '0'), 'hex'), timestamptz '2026-01-01 00:00:00+00' + n * interval '1 minute'
FROM generate_series(1, 100) n;
CREATE TABLE loose (a int, b text);
INSERT INTO loose VALUES (1, 'x'), (1, 'x'), (2, 'y');
CREATE TABLE pairs (x int, y int, v text, PRIMARY KEY (x, y));
INSERT INTO pairs SELECT n, -n, 'v' FROM generate_series(1, 5) n;
CREATE TABLE adjacent (a text, b text);
INSERT INTO adjacent VALUES ('x', NULL);
CREATE SCHEMA pgdrill;
CREATE TABLE pgdrill.own (n int);
)";

json::object capture(postgres::ConnectionParameters const& database, bool details = true) {
  auto snapshot = run_to_end(capture_digest(database, details, {}));
  EXPECT_TRUE(snapshot) << describe(snapshot.error());
  return snapshot.value_or(json::object());
}

struct Case {
  std::string sql;
  std::string object;
  std::string what;  ///< part of what is said
  std::int64_t count;
  std::vector<std::string> rows;
};

std::vector<Case> const mutations = {
    {"UPDATE entries SET amount = amount + 0.01 WHERE id = 7",
     "table public.entries",
     "1 of 100 rows changed in column amount",
     1,
     {"id=7"}},
    {"UPDATE entries SET amount = floor(amount) WHERE id % 7 = 0",
     "table public.entries",
     "14 of 100 rows changed in column amount",
     14,
     {"id=7", "id=14", "id=21", "id=28", "id=35", "id=42", "id=49", "id=56", "id=63", "id=70", "id=77",
      "id=84", "id=91", "id=98"}},
    {"UPDATE entries SET amount = (SELECT 1.03 - e.amount + 0) FROM entries e WHERE entries.id IN (1, 102) "
     "AND e.id = 1",
     "table public.entries",
     "1 of 100 rows changed",
     1,
     {"id=1"}},
    {"UPDATE entries a SET note = b.note FROM entries b WHERE (a.id, b.id) IN ((1, 2), (2, 1))",
     "table public.entries",
     "2 of 100 rows changed in column note",
     2,
     {"id=1", "id=2"}},
    {"UPDATE entries SET account = note, note = account WHERE id = 4",
     "table public.entries",
     "in columns account, note",
     1,
     {"id=4"}},
    {"UPDATE entries SET note = '' WHERE id = 3", "table public.entries", "in column note", 1, {"id=3"}},
    {"UPDATE entries SET note = 'note 1 ' WHERE id = 1",
     "table public.entries",
     "in column note",
     1,
     {"id=1"}},
    {"UPDATE entries SET raw = set_bit(raw, 0, 1 - get_bit(raw, 0)) WHERE id = 9",
     "table public.entries",
     "in column raw",
     1,
     {"id=9"}},
    {"UPDATE entries SET feeling = 'glad' WHERE id = 100",
     "table public.entries",
     "in column feeling",
     1,
     {"id=100"}},
    {"UPDATE entries SET at = at + interval '1 microsecond' WHERE id = 5",
     "table public.entries",
     "in column at",
     1,
     {"id=5"}},
    {"UPDATE entries SET extra = extra || '{\"n\": null}' WHERE id = 6",
     "table public.entries",
     "in column extra",
     1,
     {"id=6"}},
    {"DELETE FROM entries WHERE id IN (50, 60)",
     "table public.entries",
     "2 of 100 rows are gone",
     2,
     {"id=50", "id=60"}},
    {"INSERT INTO entries (id) VALUES (101)", "table public.entries", "1 rows were added", 1, {"id=101"}},
    {"UPDATE pairs SET v = 'w' WHERE x = 3",
     "table public.pairs",
     "1 of 5 rows changed in column v",
     1,
     {"x=3, y=-3"}},
    {"INSERT INTO loose VALUES (2, 'y')", "table public.loose", "1 rows were added", 1, {}},
    {"DELETE FROM loose WHERE ctid = (SELECT min(ctid) FROM loose)",
     "table public.loose",
     "1 of 3 rows are gone",
     1,
     {}},
    {"ALTER TABLE entries DROP COLUMN note", "table public.entries", "column note is gone", 100, {}},
    {"ALTER TABLE entries ALTER id TYPE int",
     "table public.entries",
     "column id has type integer instead of bigint",
     100,
     {}},
    {"TRUNCATE loose", "table public.loose", "3 of 3 rows are gone", 3, {}},
    {"DROP TABLE pairs", "table public.pairs", "the table is gone", 5, {}},
    {"CREATE TABLE fresh (n int)", "table public.fresh", "the table is new", 1, {}},
};

TEST(Digest, EachMutationIsFoundAndNamed) {
  for (auto const& one : mutations) {
    SCOPED_TRACE(one.sql);
    auto const database = PostgresServer::shared().fresh_database(schema);
    auto const before = capture(database);
    test::run_sql(database, one.sql);
    EXPECT_FALSE(same_content(before, capture(database, false)));
    auto const differences = compare_digests(before, capture(database));
    ASSERT_EQ(differences.size(), 1U);
    EXPECT_EQ(differences[0].object, one.object);
    EXPECT_THAT(differences[0].what, HasSubstr(one.what));
    EXPECT_EQ(differences[0].count, one.count);
    EXPECT_EQ(differences[0].rows, one.rows);
  }
}

TEST(Digest, DuplicatesDoNotCancel) {
  auto const database = PostgresServer::shared().fresh_database(schema);
  auto const before = capture(database);
  test::run_sql(database, "UPDATE loose SET a = 3, b = 'z' WHERE a = 1");
  auto const differences = compare_digests(before, capture(database));
  ASSERT_EQ(differences.size(), 2U);
  EXPECT_EQ(differences[0].count, 2);
  EXPECT_EQ(differences[1].count, 2);
}

TEST(Digest, NullsKeepTheirPlace) {
  auto const database = PostgresServer::shared().fresh_database(schema);
  auto const before = capture(database);
  test::run_sql(database, "UPDATE adjacent SET a = b, b = a");
  EXPECT_EQ(compare_digests(before, capture(database)).size(), 2U);  // one row gone, one added
}

TEST(Digest, HarmlessRewritesAreNotReported) {
  for (std::string const sql : {
           "VACUUM FULL entries",
           "CREATE TEMP TABLE t AS SELECT * FROM entries; DELETE FROM entries; INSERT INTO entries SELECT * "
           "FROM t ORDER BY id DESC",
           "CREATE TABLE c (LIKE loose); INSERT INTO c SELECT * FROM loose ORDER BY a DESC; DROP TABLE "
           "loose; ALTER TABLE c RENAME TO loose",
           "ALTER TABLE entries ADD COLUMN x int; ALTER TABLE entries DROP COLUMN x",
           "UPDATE entries SET amount = amount",
           "ANALYZE; CREATE INDEX ON entries (account); INSERT INTO pgdrill.own VALUES (1)",
           "ALTER DATABASE {} SET TimeZone = 'Asia/Tokyo'",
       }) {
    SCOPED_TRACE(sql);
    auto const database = PostgresServer::shared().fresh_database(schema);
    auto const before = capture(database);
    std::string statement = sql;
    if (auto const at = statement.find("{}"); at != std::string::npos)
      statement.replace(at, 2, database.database);
    test::run_sql(database, statement);
    auto const after = capture(database);
    EXPECT_TRUE(same_content(before, after));
    EXPECT_THAT(compare_digests(before, after), IsEmpty());
  }
}

TEST(Digest, SurvivesTheJournal) {
  auto const database = PostgresServer::shared().fresh_database(schema);
  auto const before = capture(database);
  auto const read = parse_json(json::serialize(before));
  ASSERT_TRUE(read);
  EXPECT_THAT(compare_digests(read->as_object(), capture(database)), IsEmpty());
}

json::object capture_against(postgres::ConnectionParameters const& database, json::object const& before) {
  auto snapshot = run_to_end(capture_digest(database, true, {}, &before));
  EXPECT_TRUE(snapshot) << describe(snapshot.error());
  return snapshot.value_or(json::object());
}

constexpr char const* big =
    "CREATE TABLE big AS SELECT n AS id, n AS v, 'text ' || n AS t FROM generate_series(1, 60000) n; "
    "ALTER TABLE big ADD PRIMARY KEY (id)";

TEST(Digest, RowsOfLargeTablesAreComputedOutOfSums) {
  auto const database = PostgresServer::shared().fresh_database(big);
  auto const before = capture(database);
  EXPECT_EQ(get_string(before.at("tables").at("public.big"), "parts"), "buckets");
  test::run_sql(database, "UPDATE big SET v = 0 WHERE id IN (77, 40123, 59999)");
  auto const differences = compare_digests(before, capture_against(database, before));
  ASSERT_EQ(differences.size(), 1U);
  EXPECT_THAT(differences[0].what,
              HasSubstr("at least 3 of 60000 rows differ in column v, in 3 of 1024 buckets"));
  EXPECT_THAT(differences[0].rows, ElementsAre("id=77", "id=40123", "id=59999"));
}

TEST(Digest, RowsThatCameToOrWentFromLargeTablesAreTold) {
  auto const database = PostgresServer::shared().fresh_database(big);
  auto const before = capture(database);
  test::run_sql(database, "DELETE FROM big WHERE id = 5; INSERT INTO big VALUES (70000, 1, 'x')");
  auto const differences = compare_digests(before, capture_against(database, before));
  ASSERT_EQ(differences.size(), 1U);
  EXPECT_THAT(differences[0].what, HasSubstr("1 of them gone"));
  EXPECT_THAT(differences[0].rows, ElementsAre("id=70000"));
}

TEST(Digest, ManyChangesInLargeTablesNameNoRowThatDidNotChange) {
  auto const database = PostgresServer::shared().fresh_database(big);
  auto const before = capture(database);
  test::run_sql(database, "UPDATE big SET v = v + 1 WHERE id % 7 = 0");
  auto const differences = compare_digests(before, capture_against(database, before));
  ASSERT_EQ(differences.size(), 1U);
  EXPECT_GE(differences[0].count, 900);
  for (auto const& row : differences[0].rows) EXPECT_EQ(std::stoi(row.substr(3)) % 7, 0) << row;
}

TEST(Digest, ConnectionsAndRangesChangeNothing) {
  auto const database = PostgresServer::shared().fresh_database(big);
  auto const serial = run_to_end(capture_digest(database, true, {.connections = 1}));
  auto const parallel =
      run_to_end(capture_digest(database, true, {.connections = 4, .blocks_per_statement = 17}));
  ASSERT_TRUE(serial && parallel);
  EXPECT_EQ(json::serialize(*serial), json::serialize(*parallel));
}

TEST(Digest, WorkersOfTheServerChangeNothing) {
  auto const database = PostgresServer::shared().fresh_database(big);
  auto const serial = run_to_end(capture_digest(database, true, {.connections = 1}));
  auto const parallel = run_to_end(capture_digest(database, true, {.connections = 3, .parallel_from = 1}));
  ASSERT_TRUE(serial && parallel);
  EXPECT_EQ(json::serialize(*serial), json::serialize(*parallel));
}

// The sum of record hashes is blind to values that change places, an exclusive or to rows that come in pairs.
TEST(Digest, SeesWhatPlainSumsAreBlindTo) {
  auto const database = PostgresServer::shared().fresh_database(
      "CREATE TABLE t (id int PRIMARY KEY, x int); INSERT INTO t SELECT n, n * n FROM generate_series(1, "
      "1000) n;"
      "CREATE TABLE twins (a int); INSERT INTO twins VALUES (1), (1)");
  std::string const sum = "SELECT sum(hash_record_extended(t, 0))::numeric % 18446744073709551616 FROM t";
  std::string const both = "SELECT bit_xor(hash_record_extended(twins, 0)) FROM twins";
  auto const old_sum = test::query_value(database, sum);
  auto const old_xor = test::query_value(database, both);
  auto const before = capture(database);
  test::run_sql(
      database,
      "UPDATE t a SET x = b.x FROM t b WHERE b.id = CASE a.id % 2 WHEN 1 THEN a.id + 1 ELSE a.id - 1 END; "
      "UPDATE twins SET a = 2");
  EXPECT_EQ(test::query_value(database, sum), old_sum);
  EXPECT_EQ(test::query_value(database, both), old_xor);
  auto const differences = compare_digests(before, capture(database));
  EXPECT_THAT(differences, testing::Contains(testing::Field(
                               &Difference::what, HasSubstr("1000 of 1000 rows changed in column x"))));
  EXPECT_THAT(differences, testing::Contains(testing::Field(&Difference::object, "table public.twins")));
}

TEST(Digest, SeesWhatFoldedHashesOfPostgresAreBlindTo) {
  auto const database = PostgresServer::shared().fresh_database(
      "CREATE TABLE t (id int PRIMARY KEY, x bigint); INSERT INTO t VALUES (1, 1), (2, 2)");
  EXPECT_EQ(test::query_value(database, "SELECT hashint8extended(1, 0) = hashint8extended(4294967296, 0)"),
            "t");
  auto const before = capture(database);
  test::run_sql(database, "UPDATE t SET x = 4294967296 WHERE id = 1");
  auto const differences = compare_digests(before, capture(database));
  ASSERT_EQ(differences.size(), 1U);
  EXPECT_THAT(differences[0].what, HasSubstr("in column x"));
}

TEST(Digest, OneSwappedPairIsAlwaysSeen) {
  auto const database = PostgresServer::shared().fresh_database(
      "CREATE TABLE t (id int PRIMARY KEY, x int); INSERT INTO t SELECT n, n * 7 FROM generate_series(1, "
      "200) n");
  auto const before = capture(database, false);
  for (int id = 1; id < 60; ++id) {
    test::run_sql(database, "UPDATE t a SET x = b.x FROM t b WHERE (a.id, b.id) IN ((" + std::to_string(id) +
                                ", 100), (100, " + std::to_string(id) + "))");
    auto const after = capture(database, false);
    EXPECT_FALSE(same_content(before, after)) << id;
  }
}

TEST(Digest, DeclaredChangesAreNoDifferenceAndOthersStayOne) {
  auto const said = [](ExpectedChanges const& expected, std::string const& sql) {
    auto const database = PostgresServer::shared().fresh_database(schema);
    auto const before = capture(database);
    test::run_sql(database, sql);
    return compare_digests(before, capture(database), expected).size();
  };
  std::string const note = "UPDATE entries SET note = 'x' WHERE id = 3";
  std::string const row = "INSERT INTO entries (id) VALUES (101)";
  EXPECT_EQ(said({"public.entries.note"}, note), 0U);
  EXPECT_EQ(said({"public.entries"}, note + ";" + row), 0U);
  EXPECT_EQ(said({"public.entries+"}, row), 0U);
  EXPECT_EQ(said({"public.entries.note"}, row), 1U) << "a new row is no change of a column";
  EXPECT_EQ(said({"public.entries+"}, note), 1U);
  EXPECT_EQ(said({"public.entries+"}, row + "; DELETE FROM entries WHERE id = 5"), 2U);
  EXPECT_EQ(said({"public.entries.note"}, note + "; UPDATE entries SET amount = 0 WHERE id = 3"), 1U);
  EXPECT_EQ(said({"public.loose"}, "DROP TABLE loose"), 0U);
  EXPECT_EQ(said({"public.pairs"}, "DROP TABLE loose"), 1U);
}

TEST(Digest, OtherAlgorithmsCannotBeCompared) {
  auto const database = PostgresServer::shared().fresh_database(schema);
  auto const now = capture(database);
  auto old = now;
  old["algorithm"] = "record-text-2x64-v1";
  EXPECT_FALSE(same_content(old, now));
  EXPECT_THAT(compare_digests(old, now).at(0).what, HasSubstr("cannot be compared"));
}

TEST(Digest, ALockedTableIsAnErrorWithinItsLimit) {
  auto const database = PostgresServer::shared().fresh_database("CREATE TABLE t (n int)");
  Result<json::object> snapshot;
  auto const held = postgres::transaction_blocking(
      database, std::chrono::seconds(60), true, [&](pqxx::transaction_base& holder) -> Result<> {
        holder.exec("LOCK TABLE public.t IN ACCESS EXCLUSIVE MODE");
        snapshot = run_to_end(capture_digest(database, false, {.lock = std::chrono::milliseconds(100)}));
        return {};
      });
  ASSERT_TRUE(held);
  ASSERT_FALSE(snapshot);
  EXPECT_EQ(snapshot.error().code, "55P03") << describe(snapshot.error());
}

TEST(Digest, HiddenRowsAreAnErrorNotASmallerTable) {
  auto database = PostgresServer::shared().fresh_database(
      "DO $$ BEGIN IF NOT EXISTS (SELECT FROM pg_roles WHERE rolname = 'limited') THEN CREATE ROLE limited "
      "LOGIN; END IF; END $$;"
      "CREATE TABLE t (n int); GRANT SELECT ON t TO limited; ALTER TABLE t ENABLE ROW LEVEL SECURITY");
  database.user = "limited";
  auto const snapshot = run_to_end(capture_digest(database, true, {}));
  ASSERT_FALSE(snapshot);
  EXPECT_EQ(snapshot.error().code, "42501");
}

TEST(Digest, IsRegisteredAsStateAndAsProbe) {
  EXPECT_NE(engine::find_entry(engine::state_probes(), "digest"), nullptr);
  EXPECT_NE(engine::find_entry(engine::probes(), "digest"), nullptr);
}

TEST(Packing, ComesBack) {
  std::vector<std::string> const labels = {"id=1", "", "id=3, b=x"};
  EXPECT_EQ(unpack_labels(pack_labels(labels), 3).value(), labels);
  EXPECT_EQ(unpack_labels(pack_labels({}), 0).value().size(), 0U);
  EXPECT_FALSE(unpack_labels(pack_labels(labels), 2));
  EXPECT_FALSE(unpack_labels("bm90IHppcHBlZA==", 1));
  std::vector<std::uint32_t> const hashes = {0, 1, 0xFFFFFFFF, 0x80000001};
  EXPECT_EQ(unpack_hashes(pack_hashes(hashes)).value(), hashes);
  EXPECT_FALSE(unpack_hashes("YWI="));
}

}  // namespace
}  // namespace pgdrill::probes
