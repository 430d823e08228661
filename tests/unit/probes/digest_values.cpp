// Which values the hash of a row tells apart.
#include <fmt/format.h>
#include <gmock/gmock.h>

#include <map>

#include "probes/digest_snapshot.hpp"
#include "tests/support/postgres_server.hpp"

namespace pgdrill::probes {
namespace {

using test::PostgresServer;

json::object capture(postgres::ConnectionParameters const& database) {
  return run_to_end(capture_digest(database, false, {})).value();
}

std::map<std::string, std::vector<std::string>> const values = {
    {"numeric", {"NULL", "0", "0.0", "1", "1.0", "-1", "-1.0", "10", "'NaN'", "'Infinity'", "'-Infinity'"}},
    {"float8", {"NULL", "0", "'-0'", "1", "-1", "'NaN'", "'Infinity'", "'-Infinity'"}},
    {"float4", {"NULL", "0", "'-0'", "1", "-1", "'NaN'", "'Infinity'"}},
    {"int8", {"NULL", "0", "1", "-1", "4294967296", "4294967297", "-4294967297"}},
    {"int2", {"NULL", "0", "1", "-1"}},
    {"bool", {"NULL", "true", "false"}},
    {"date", {"NULL", "'2000-01-01'", "'2000-01-02'", "'infinity'", "'-infinity'", "'4713-01-01 BC'"}},
    {"timestamptz", {"NULL", "'2026-01-01 00:00+00'", "'2026-01-01 00:00+01'", "'infinity'", "'-infinity'"}},
    {"timestamp", {"NULL", "'2026-01-01'", "'2026-01-01 00:00:00.000001'", "'infinity'", "'-infinity'"}},
    {"char(3)", {"NULL", "''", "'a'", "'A'"}},
    {"text", {"NULL", "''", "' '", "'a'", "'A'"}},
    {"bytea", {"NULL", "''", "'\\x00'", "'\\x0000'"}},
    {"uuid", {"NULL", "'00000000-0000-0000-0000-000000000000'", "'00000000-0000-0000-0000-000000000001'"}},
    {"interval", {"NULL", "'1 day'", "'24:00'", "'0'"}},
    {"time", {"NULL", "'00:00'", "'24:00'", "'00:00:00.000001'"}},
    {"jsonb", {"NULL", "'null'", "'1'", "'1.0'", "'{}'"}},
    {"inet", {"NULL", "'10.0.0.1'", "'10.0.0.1/8'"}},
    {"int4", {"NULL", "0", "1", "-1", "2147483647", "-2147483648"}},
    {"oid", {"NULL", "0", "1", "4294967295"}},
    {"timetz", {"NULL", "'12:00+00'", "'13:00+01'", "'12:00+01'"}},
    {"json", {"NULL", "'{}'", "'{ }'", "'1'", "'1.0'", "'{\"a\":1,\"a\":2}'", "'{\"a\":2}'"}},
    {"xml", {"NULL", "''", "'<a/>'", "'<a></a>'"}},
    {"money", {"NULL", "'0'", "'0.01'", "'-0.01'"}},
    {"bit varying", {"NULL", "''", "'0'", "'00'", "'1'"}},
    {"point", {"NULL", "'(0,0)'", "'(-0,0)'", "'(0,1)'", "'(1,0)'"}},
    {"path", {"NULL", "'[(0,0),(1,1)]'", "'((0,0),(1,1))'"}},
    {"circle", {"NULL", "'<(0,0),1>'", "'<(0,1),1>'", "'<(1,0),1>'"}},  // "=" compares areas alone
    {"box", {"NULL", "'(1,1),(0,0)'", "'(2,1),(1,0)'"}},                // so it does here
    {"tsvector", {"NULL", "''", "'a:1'", "'a:2'", "'a'"}},
    {"tsquery", {"NULL", "'a & b'", "'b & a'"}},
    {"cidr", {"NULL", "'10.0.0.0/8'", "'10.0.0.0/9'"}},
    {"macaddr", {"NULL", "'00:00:00:00:00:01'", "'00:00:00:00:00:02'"}},
    {"pg_lsn", {"NULL", "'0/1'", "'1/0'"}},
    {"\"char\"", {"NULL", "''", "'a'", "'b'"}},
    {"name", {"NULL", "''", "'a'", "'b'"}},
    {"regclass", {"NULL", "'pg_class'", "'pg_type'"}},
    {"numeric[]", {"NULL", "'{}'", "'{NULL}'", "'{1}'", "'{1.0}'", "'{{1}}'", "'[0:0]={1}'", "'{1,NULL}'"}},
    {"float8[]", {"NULL", "'{0}'", "'{-0}'", "'{NaN}'"}},
    {"text[]", {"NULL", "'{}'", "'{\"\"}'", "'{NULL}'", "'{\"NULL\"}'", "'{a,b}'", "'{\"a,b\"}'"}},
    {"jsonb[]", {"NULL", "ARRAY['1']", "ARRAY['1.0']"}},
    {"numrange", {"NULL", "'empty'", "'[1,2)'", "'[1.0,2)'", "'[1,2]'", "'(1,2)'", "'[1,)'"}},
    {"int4multirange", {"NULL", "'{}'", "'{[1,2)}'", "'{[1,2),[5,6)}'"}},
    {"pair", {"NULL", "'(,)'", "'(1,)'", "'(1.0,)'", "'(,\"\")'", "'(,1)'"}},
    {"pair[]", {"NULL", "'{}'", "ARRAY['(1,)'::pair]", "ARRAY['(1.0,)'::pair]", "ARRAY[NULL::pair]"}},
    {"price", {"NULL", "1", "1.0", "-1"}},
    {"mood", {"NULL", "'sad'", "'glad'"}},
    {"citext", {"NULL", "''", "'a'", "'A'"}},
    {"text COLLATE coarse", {"NULL", "''", "'a'", "'A'", "'\u00e4'", "'a\u0308'"}}};

// Each value of a list becomes a row's only content: no two may have the same digest.
TEST(DigestValues, OfEachTypeAreToldApart) {
  auto const database = PostgresServer::shared().fresh_database(
      "CREATE TYPE pair AS (n numeric, t text); CREATE DOMAIN price AS numeric; CREATE TYPE mood AS ENUM "
      "('sad', "
      "'glad'); CREATE EXTENSION citext; CREATE COLLATION coarse (provider = icu, locale = "
      "'und-u-ks-level1', "
      "deterministic = false)");
  for (auto const& [type, list] : values) {
    std::string sql;
    for (std::size_t i = 0; i < list.size(); ++i) {
      sql += fmt::format("DROP TABLE IF EXISTS t{0}; CREATE TABLE t{0} AS SELECT ({1})::{2} AS v;", i,
                         list[i], type);
    }
    test::run_sql(database, sql);
    json::value const digest = capture(database);
    std::map<std::string, std::string> seen;
    for (std::size_t i = 0; i < list.size(); ++i) {
      std::string const sum = get_string(digest.at("tables").at(fmt::format("public.t{}", i)), "digest");
      auto const [first, fresh] = seen.emplace(sum, list[i]);
      EXPECT_TRUE(fresh) << type << ": " << list[i] << " looks like " << first->second;
    }
  }
}

// What the server makes of other columns, and what lies outside of its table, is content as any other.
TEST(DigestValues, OfGeneratedAndToastedColumnsCount) {
  auto const database = PostgresServer::shared().fresh_database(
      "CREATE TABLE t (id int PRIMARY KEY, n int, twice int GENERATED ALWAYS AS (n * 2) STORED, body text); "
      "ALTER TABLE t ALTER body SET STORAGE EXTERNAL; INSERT INTO t (id, n, body) SELECT i, i, repeat('x', "
      "100000) "
      "FROM generate_series(1, 3) i");
  EXPECT_EQ(test::query_value(database,
                              "SELECT pg_relation_size(reltoastrelid) > 0 FROM pg_class WHERE relname = 't'"),
            "t");
  auto const before = capture(database);
  test::run_sql(database, "UPDATE t SET body = overlay(body placing 'y' from 77777 for 1) WHERE id = 2");
  EXPECT_FALSE(same_content(before, capture(database)));
  test::run_sql(database, "UPDATE t SET body = repeat('x', 100000) WHERE id = 2");
  EXPECT_TRUE(same_content(before, capture(database)));
  // The same storage, computed by another expression.
  test::run_sql(database, "ALTER TABLE t ALTER twice DROP EXPRESSION; UPDATE t SET twice = 7 WHERE id = 1");
  EXPECT_FALSE(same_content(before, capture(database)));
}

// A dump gives types new OIDs; labels and names stay.
TEST(DigestValues, DoNotDependOnOids) {
  std::string const sql =
      "CREATE TYPE mood AS ENUM ('sad', 'glad'); CREATE TYPE pair AS (n numeric, m mood); CREATE TABLE named "
      "(n int); "
      "CREATE TABLE t (m mood, p pair, ms mood[], r regclass); INSERT INTO t VALUES ('glad', '(1.0,sad)', "
      "'{glad,sad}', 'named')";
  auto const one = PostgresServer::shared().fresh_database(sql);
  auto const other = PostgresServer::shared().fresh_database("CREATE TYPE earlier AS ENUM ('x'); " + sql);
  EXPECT_NE(test::query_value(one, "SELECT oid FROM pg_type WHERE typname = 'mood'"),
            test::query_value(other, "SELECT oid FROM pg_type WHERE typname = 'mood'"));
  EXPECT_TRUE(same_content(capture(one), capture(other)));
}

// Two numbers in one row are never mixed into one seed: else their exchange would be invisible.
TEST(DigestValues, OfOneRowCannotChangePlaces) {
  auto const database = PostgresServer::shared().fresh_database(
      "CREATE TABLE t (a int, b int, c bigint, d bool, e smallint, f numeric); INSERT INTO t VALUES (1, 2, "
      "3, true, 4, "
      "5)");
  auto const before = capture(database);
  for (std::string const change :
       {"a = 2, b = 1", "a = 3, c = 1", "b = 3, c = 2", "a = 4, e = 1", "c = 5, f = 3", "a = 0, b = 3",
        "a = NULL, b = 2", "b = 3, c = 2, a = 1"}) {
    test::run_sql(database, "UPDATE t SET " + change);
    EXPECT_FALSE(same_content(before, capture(database))) << change;
    test::run_sql(database, "UPDATE t SET a = 1, b = 2, c = 3, d = true, e = 4, f = 5");
    EXPECT_TRUE(same_content(before, capture(database))) << change;
  }
}

}  // namespace
}  // namespace pgdrill::probes
