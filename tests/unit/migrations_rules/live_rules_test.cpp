// Rules that only a live database lets judge, against what its server does.
#include <fmt/format.h>
#include <gmock/gmock.h>
#include <libpq-fe.h>

#include <algorithm>
#include <memory>

#include "harness/migrations/review/catalogue.hpp"
#include "harness/migrations/review/reviewer.hpp"
#include "tests/support/postgres_server.hpp"

namespace pgdrill::review {
namespace {

char const* const tables =
    "CREATE SCHEMA app; CREATE TYPE mood AS ENUM ('well');"
    "CREATE TABLE orders (id int PRIMARY KEY, code varchar(5), total numeric(10,2), state text, note text, "
    "free text,"
    " twice numeric GENERATED ALWAYS AS (total * 2) STORED);"
    "CREATE VIEW totals AS SELECT id FROM orders;"
    "CREATE MATERIALIZED VIEW states AS SELECT state FROM orders;"
    "CREATE FUNCTION noted() RETURNS bigint BEGIN ATOMIC SELECT count(note) FROM orders; END;"
    "CREATE FUNCTION closed() RETURNS bigint LANGUAGE sql AS 'SELECT count(*) FROM orders WHERE free = "
    "''closed''';"
    "CREATE TABLE app.orders (id int, total int); INSERT INTO app.orders VALUES (1, 1); ANALYZE app.orders;";

class LiveRules : public testing::Test {
 protected:
  LiveRules()
      : database_(test::PostgresServer::shared().fresh_database(tables)),
        catalogue_(run_to_end(read_catalogue(database_)).value()) {}

  /// The messages of a rule.
  [[nodiscard]] std::vector<std::string> found(std::string const& rule, std::string const& sql) const {
    Options const options{
        .major = catalogue_.major, .schema = catalogue_.schema, .search_path = catalogue_.search_path};
    std::vector<SqlFile> const files{read_sql("1.sql", sql)};
    ReviewReport const report = review(files, options);
    std::vector<std::string> messages;
    for (Finding const& finding : report.files.front().findings) {
      if (finding.rule == rule) messages.push_back(finding.message);
    }
    return messages;
  }

  [[nodiscard]] bool refused_by_server(std::string const& sql) const {
    std::unique_ptr<PGconn, decltype(&PQfinish)> const connection(
        PQconnectdb(database_.conninfo(std::chrono::seconds(10)).c_str()), &PQfinish);
    std::unique_ptr<PGresult, decltype(&PQclear)> const result(
        PQexec(connection.get(), ("BEGIN; " + sql + "; ROLLBACK").c_str()), &PQclear);
    return PQresultStatus(result.get()) != PGRES_COMMAND_OK;
  }

  postgres::ConnectionParameters database_;
  Catalogue catalogue_;
};

TEST_F(LiveRules, ChangesOfTypeThatPostgresRefuses) {
  for (char const* const change :
       {"id TYPE bigint", "code TYPE text", "total TYPE numeric", "state TYPE varchar", "note TYPE varchar",
        "free TYPE varchar", "twice TYPE float8"}) {
    std::string const sql = fmt::format("ALTER TABLE orders ALTER {}", change);
    EXPECT_EQ(!found("type-change-refused", sql).empty(), refused_by_server(sql)) << sql;
  }
}

TEST_F(LiveRules, TheCatalogueKnowsAllTypes) {
  EXPECT_THAT(found("add-column-unknown-type", "ALTER TABLE orders ADD COLUMN a mood"), testing::IsEmpty());
  EXPECT_THAT(found("add-column-unknown-type", "ALTER TABLE orders ADD COLUMN a others"), testing::IsEmpty());
}

TEST_F(LiveRules, TheSearchPathSaysWhichTableIsMeant) {
  using testing::ElementsAre;
  using testing::HasSubstr;
  std::string const change = "ALTER TABLE orders ALTER total TYPE bigint";
  EXPECT_THAT(found("type-change-refused", change), ElementsAre(HasSubstr("generated column twice")));
  EXPECT_THAT(found("type-change-refused", "SET search_path TO app, public; " + change), testing::IsEmpty());
  EXPECT_THAT(found("change-column-type", "SET search_path TO app, public; " + change),
              ElementsAre(HasSubstr(
                  "app.orders, which blocks reads and writes, during a full rewrite (about 1 rows")));
  EXPECT_THAT(found("type-change-refused", "SET search_path = app; RESET search_path; " + change),
              ElementsAre(HasSubstr("generated column twice")));
  EXPECT_THAT(found("drop-table", "SET search_path = app; DROP TABLE orders"),
              ElementsAre(HasSubstr("app.orders")));
  EXPECT_THAT(found("drop-table", "SET search_path = app; WITH orders AS (SELECT 1) SELECT FROM orders"),
              testing::IsEmpty());
}

TEST_F(LiveRules, TheSearchPathIsThatOfTheRole) {
  test::run_sql(database_,
                fmt::format("ALTER DATABASE {} SET search_path = missing, app, public", database_.database));
  catalogue_ = run_to_end(read_catalogue(database_)).value();
  EXPECT_THAT(catalogue_.search_path, testing::ElementsAre("app", "public"));
  EXPECT_THAT(found("type-change-refused", "ALTER TABLE orders ALTER total TYPE bigint"), testing::IsEmpty());
}

TEST_F(LiveRules, NoSizeIsSaidThatNobodyMeasured) {
  std::vector<std::string> const messages =
      found("change-column-type", "ALTER TABLE orders ALTER code TYPE int USING 1");
  ASSERT_EQ(messages.size(), 1U);
  EXPECT_THAT(messages.front(), testing::Not(testing::HasSubstr("rows")));  // reltuples is -1 before ANALYZE
}

}  // namespace
}  // namespace pgdrill::review
