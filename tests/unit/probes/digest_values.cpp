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

// Each value of a list becomes a row's only content: no two may have the same digest.
TEST(DigestValues, OfEachTypeAreToldApart) {
  std::map<std::string, std::vector<std::string>> const values = {
      {"numeric", {"NULL", "0", "0.0", "1", "1.0", "-1", "-1.0", "10", "'NaN'", "'Infinity'", "'-Infinity'"}},
      {"float8", {"NULL", "0", "'-0'", "1", "-1", "'NaN'", "'Infinity'", "'-Infinity'"}},
      {"float4", {"NULL", "0", "'-0'", "1", "-1", "'NaN'", "'Infinity'"}},
      {"int8", {"NULL", "0", "1", "-1", "4294967296", "4294967297", "-4294967297"}},
      {"int2", {"NULL", "0", "1", "-1"}},
      {"bool", {"NULL", "true", "false"}},
      {"date", {"NULL", "'2000-01-01'", "'2000-01-02'", "'infinity'", "'-infinity'", "'4713-01-01 BC'"}},
      {"timestamptz",
       {"NULL", "'2026-01-01 00:00+00'", "'2026-01-01 00:00+01'", "'infinity'", "'-infinity'"}},
      {"timestamp", {"NULL", "'2026-01-01'", "'2026-01-01 00:00:00.000001'", "'infinity'", "'-infinity'"}},
      {"char(3)", {"NULL", "''", "'a'", "'A'"}},
      {"text", {"NULL", "''", "' '", "'a'", "'A'"}},
      {"bytea", {"NULL", "''", "'\\x00'", "'\\x0000'"}},
      {"uuid", {"NULL", "'00000000-0000-0000-0000-000000000000'", "'00000000-0000-0000-0000-000000000001'"}},
      {"interval", {"NULL", "'1 day'", "'24:00'", "'0'"}},
      {"time", {"NULL", "'00:00'", "'24:00'", "'00:00:00.000001'"}},
      {"jsonb", {"NULL", "'null'", "'1'", "'1.0'", "'{}'"}},
      {"inet", {"NULL", "'10.0.0.1'", "'10.0.0.1/8'"}}};
  auto const database = PostgresServer::shared().fresh_database("");
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
