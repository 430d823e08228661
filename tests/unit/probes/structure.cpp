#include <gmock/gmock.h>

#include "harness/engine/registry.hpp"
#include "tests/support/postgres_server.hpp"

namespace pgdrill::probes {
namespace {

using test::PostgresServer;
using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;

engine::StateProbe& probe() {
  static auto const made = engine::find_entry(engine::state_probes(), "structure")->make();
  return *made;
}

json::object capture(postgres::ConnectionParameters const& database) {
  auto snapshot = run_to_end(probe().capture(database));
  EXPECT_TRUE(snapshot) << describe(snapshot.error());
  return snapshot.value_or(json::object());
}

std::vector<std::string> faults(postgres::ConnectionParameters const& database) {
  std::vector<std::string> said;
  for (auto const& one : probe().compare({}, capture(database))) said.push_back(one.object + ": " + one.what);
  return said;
}

constexpr char const* schema =
    "CREATE TABLE words (id int PRIMARY KEY, word text); INSERT INTO words SELECT n, 'word ' || n FROM "
    "generate_series(1, 500) n; "
    "CREATE FUNCTION shape(text) RETURNS text LANGUAGE sql IMMUTABLE AS 'SELECT lower($1)'; CREATE INDEX "
    "shaped ON "
    "words (shape(word));";

TEST(Structure, ASoundDatabaseHasNoFault) {
  auto const database = PostgresServer::shared().fresh_database(schema);
  EXPECT_THAT(faults(database), IsEmpty());
  EXPECT_TRUE(capture(database).at("not_examined").as_array().empty());
  EXPECT_EQ(test::query_value(database, "SELECT count(*) FROM pg_extension WHERE extname = 'amcheck'"), "0")
      << "what it needed is not left behind";
}

TEST(Structure, AnIndexThatIsNotInOrderIsCorrupt) {
  auto const database = PostgresServer::shared().fresh_database(schema);
  // As with a library that sorts otherwise since an update: the index was built with another order.
  test::run_sql(
      database,
      "CREATE OR REPLACE FUNCTION shape(text) RETURNS text LANGUAGE sql IMMUTABLE AS 'SELECT reverse($1)'");
  EXPECT_THAT(faults(database), ElementsAre(HasSubstr("index public.shaped: corruption: ")));
}

TEST(Structure, ADamagedIndexEntryIsFoundByTheTablesRows) {
  auto const database = PostgresServer::shared().fresh_database(schema);
  test::run_sql(
      database,
      "UPDATE pg_index SET indisready = false WHERE indexrelid = 'words_pkey'::regclass; INSERT INTO words "
      "VALUES (501, 'not in the index'); UPDATE pg_index SET indisready = true WHERE indexrelid = "
      "'words_pkey'::regclass");
  EXPECT_THAT(faults(database), ElementsAre(HasSubstr("index public.words_pkey: corruption: ")));
}

TEST(Structure, APreparedTransactionIsLeftWithItsLocks) {
  auto const server = PostgresServer::start({"max_prepared_transactions=5"});
  auto const database = server->fresh_database(schema);
  test::run_sql(database, "BEGIN; UPDATE words SET word = 'x' WHERE id = 1; PREPARE TRANSACTION 'left'");
  EXPECT_THAT(faults(database),
              ElementsAre(HasSubstr("prepared transaction left: prepared transaction left: by postgres")));
}

TEST(Structure, WhatWasThereBeforeIsNoDifference) {
  auto const database = PostgresServer::shared().fresh_database(schema);
  test::run_sql(database, "UPDATE pg_index SET indisvalid = false WHERE indexrelid = 'shaped'::regclass");
  auto const before = capture(database);
  EXPECT_THAT(probe().compare(before, capture(database)), IsEmpty());
  EXPECT_EQ(probe().compare({}, before).size(), 1U);
}

TEST(Structure, WhatTheRoleMayNotReadIsSaid) {
  auto database =
      PostgresServer::shared().fresh_database(std::string(schema) +
                                              "DO $$ BEGIN IF NOT EXISTS (SELECT FROM pg_roles WHERE rolname "
                                              "= 'visitor') THEN CREATE ROLE visitor LOGIN; END "
                                              "IF; END $$");
  database.user = "visitor";
  auto const state = capture(database);
  auto const text = json::serialize(state.at("not_examined"));
  EXPECT_THAT(text, HasSubstr("amcheck"));
  EXPECT_THAT(text, HasSubstr("table public.words: no right to read the table"));
  EXPECT_THAT(probe().compare({}, state), IsEmpty());
}

}  // namespace
}  // namespace pgdrill::probes
