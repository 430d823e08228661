#include <fcntl.h>
#include <gmock/gmock.h>
#include <unistd.h>

#include <pqxx/pqxx>

#include "harness/engine/registry.hpp"
#include "probes/structure_queries.hpp"
#include "tests/support/postgres_server.hpp"

namespace pgdrill::probes {
namespace {

using test::PostgresServer;
using testing::AllOf;
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

TEST(Structure, ARowThatIsOlderThanItsTableSaysIsCorrupt) {
  auto const database = PostgresServer::shared().fresh_database(schema);
  test::run_sql(database,
                "UPDATE pg_class SET relfrozenxid = txid_current()::text::xid WHERE oid = 'words'::regclass");
  EXPECT_THAT(faults(database),
              testing::Contains(HasSubstr("table public.words: corruption: block 0 row 1: xmin")));
}

// Read from the disk anew after a power cut: the statistics view counts it, and each look that meets it says
// so without ending the others.
TEST(Structure, APageWithAWrongChecksumIsNamedAndCounted) {
  auto const server = PostgresServer::start();
  auto const database = server->fresh_database(std::string(schema) + "ALTER TABLE words ADD CHECK (id > 0)");
  auto const path =
      server->directory() / "data" / test::query_value(database, "SELECT pg_relation_filepath('words')");
  test::run_sql(database, "CREATE TABLE also (id int PRIMARY KEY DEFAULT 1 CHECK (id < 9)); CHECKPOINT");
  test::run_sql(database, "UPDATE pg_constraint SET convalidated = false WHERE conname = 'also_id_check'");
  server->kill();
  int const file = ::open(path.c_str(), O_WRONLY | O_CLOEXEC);
  ASSERT_EQ(::pwrite(file, "damaged", 7, 4000), 7);
  ::close(file);
  server->launch();
  auto const said = faults(database);
  EXPECT_THAT(said, testing::Contains(AllOf(HasSubstr("table public.words: corruption: "),
                                            HasSubstr("invalid page in block 0"))));
  EXPECT_THAT(said,
              testing::Contains(HasSubstr("constraint public.also.also_id_check: constraint not validated")));
  EXPECT_THAT(json::serialize(capture(database).at("not_examined")),
              HasSubstr("check constraints: table public.words is damaged"));
  EXPECT_THAT(faults(database), testing::Contains(HasSubstr("page checksum failures: ")));
}

TEST(Structure, ALockOfAnIdleSessionIsLeft) {
  auto const database = PostgresServer::shared().fresh_database(schema);
  StructureReading reading;
  auto const held = postgres::transaction_blocking(
      database, std::chrono::seconds(60), true, [&](pqxx::transaction_base& holder) -> Result<> {
        holder.exec("LOCK TABLE public.words IN EXCLUSIVE MODE");
        return postgres::transaction_blocking(
            database, std::chrono::seconds(60), false,
            [&](pqxx::transaction_base& other) { return find_leftovers(other, reading, Duration(0)); });
      });
  ASSERT_TRUE(held) << describe(held.error());
  ASSERT_EQ(reading.faults.size(), 1U);
  EXPECT_EQ(reading.faults[0].check, "lock left");
  EXPECT_EQ(reading.faults[0].object, "relation public.words");
  EXPECT_THAT(reading.faults[0].what, HasSubstr("ExclusiveLock held by a session that is idle"));
  EXPECT_THAT(reading.faults[0].mend, HasSubstr("pg_terminate_backend"));
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
