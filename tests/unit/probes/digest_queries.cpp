// How many statements it takes to narrow a difference down, counted by the server itself.
#include <fmt/format.h>
#include <gmock/gmock.h>

#include <cmath>

#include "probes/digest_live.hpp"
#include "tests/support/postgres_server.hpp"

namespace pgdrill::probes {
namespace {

using test::PostgresServer;

class DigestQueries : public testing::Test {
 protected:
  static postgres::ConnectionParameters with_rows(PostgresServer& server, int rows) {
    return server.fresh_database(
        fmt::format("CREATE TABLE entries (id int PRIMARY KEY, amount int); "
                    "INSERT INTO entries SELECT n, n * 3 FROM generate_series(1, {}) n; ANALYZE entries",
                    rows));
  }
  /// Statements that read the table in one database since the last reset.
  static int asked(PostgresServer const& server, std::string const& database) {
    return std::stoi(test::query_value(
        server.parameters(),
        "SELECT coalesce(sum(calls), 0) FROM pg_stat_statements JOIN pg_database ON pg_database.oid = dbid "
        "WHERE datname = '" +
            database + "' AND query LIKE 'SELECT%entries%'"));
  }
};

// A hundred changed rows all over the table, so that each level has as many places to descend into as the
// next.
TEST_F(DigestQueries, NarrowingTakesOneMoreForEachFactorOf1024) {
  auto const server = PostgresServer::start({"shared_preload_libraries=pg_stat_statements"});
  test::run_sql(server->parameters(), "CREATE EXTENSION pg_stat_statements");
  std::vector<int> counts;
  for (int const rows : {4'000, 40'000, 400'000}) {
    auto const good = with_rows(*server, rows);
    auto const actual = with_rows(*server, rows);
    test::run_sql(actual, fmt::format("UPDATE entries SET amount = -1 WHERE id % {} = 0", rows / 100));
    test::run_sql(server->parameters(), "SELECT pg_stat_statements_reset()");
    auto const result = run_to_end(compare_live(good, actual, {}));
    ASSERT_TRUE(result) << describe(result.error());
    ASSERT_EQ(result->differences.size(), 1U);
    EXPECT_EQ(result->differences[0].what, "100 rows changed in amount");
    counts.push_back(asked(*server, actual.database));
    EXPECT_EQ(counts.back(), asked(*server, good.database));
    EXPECT_EQ(counts.back(), result->most_queries) << "what the comparison says of itself";
    EXPECT_LE(counts.back(), 2 + std::ceil(std::log(rows) / std::log(1024))) << rows << " rows";
  }
  // The largest must have had to descend, or the bound proves nothing.
  EXPECT_GT(counts.back(), counts.front());
}

}  // namespace
}  // namespace pgdrill::probes
