#include <fcntl.h>
#include <fmt/format.h>
#include <gmock/gmock.h>
#include <sys/wait.h>
#include <unistd.h>

#include <csignal>
#include <cstdlib>
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
  EXPECT_THAT(reading.faults[0].what, AllOf(HasSubstr("ExclusiveLock held by a session of postgres"),
                                            HasSubstr("that is idle in transaction since")));
  EXPECT_THAT(reading.faults[0].mend, HasSubstr("pg_terminate_backend"));
}

/// What a session keeps that has taken a lock of its own and then waits for its client.
Task<StructureReading> leftovers_beside(postgres::ConnectionParameters database, std::string lock,
                                        postgres::ConnectionParameters looker, Duration idle_from) {
  StructureReading reading;
  auto const holder = co_await postgres::AsyncConnection::connect(database, std::chrono::seconds(10));
  EXPECT_TRUE(holder);
  auto const held = co_await (*holder)->query(std::move(lock), {}, std::chrono::seconds(10));
  EXPECT_TRUE(held) << describe(held.error());
  auto const looked = postgres::transaction_blocking(
      std::move(looker), std::chrono::seconds(60), false,
      [&](pqxx::transaction_base& other) { return find_leftovers(other, reading, idle_from); });
  EXPECT_TRUE(looked) << describe(looked.error());
  co_return reading;
}

// As a migration tool's session does that a pooler kept when the tool was gone.
TEST(Structure, AnAdvisoryLockOfAnIdleSessionIsLeft) {
  auto const database = PostgresServer::shared().fresh_database(schema);
  std::string const lock = "SELECT pg_advisory_lock(72707369)";
  auto const reading = run_to_end(leftovers_beside(database, lock, database, Duration(0)));
  ASSERT_EQ(reading.faults.size(), 1U);
  EXPECT_EQ(reading.faults[0].check, "advisory lock left");
  EXPECT_EQ(reading.faults[0].object, "advisory lock 0/72707369/1");
  EXPECT_THAT(reading.faults[0].what, HasSubstr("that is idle since"));
  EXPECT_THAT(reading.faults[0].mend, HasSubstr("pg_terminate_backend"));
  EXPECT_THAT(run_to_end(leftovers_beside(database, lock, database, std::chrono::hours(1))).faults, IsEmpty())
      << "a session that was busy just now is at work";
}

TEST(Structure, AnAdvisoryLockThatTheApplicationHeldBeforeIsNoFault) {
  auto const database = PostgresServer::shared().fresh_database(schema);
  auto const held =
      run_to_end(leftovers_beside(database, "SELECT pg_advisory_lock(5)", database, std::chrono::hours(1)));
  EXPECT_THAT(held.held, ElementsAre("advisory lock 0/5/1"));
  StructureReading rests;
  for (std::string const key : {"5", "6"})
    rests.faults.push_back(
        {.check = "advisory lock left", .object = "advisory lock 0/" + key + "/1", .what = ""});
  auto const found = probe().compare(to_json(held), to_json(rests));
  ASSERT_EQ(found.size(), 1U);
  EXPECT_EQ(found[0].object, "advisory lock 0/6/1");
}

/// A role that reads all tables and is nothing more.
postgres::ConnectionParameters reader_of(postgres::ConnectionParameters database) {
  test::run_sql(
      database,
      "DO $$ BEGIN IF NOT EXISTS (SELECT FROM pg_roles WHERE rolname = 'onlooker') THEN CREATE ROLE onlooker "
      "LOGIN; END IF; END $$; GRANT SELECT ON ALL TABLES IN SCHEMA public TO onlooker");
  database.user = "onlooker";
  return database;
}

TEST(Structure, LocksOfRolesThatItCannotSeeAreNotExamined) {
  auto const database = PostgresServer::shared().fresh_database(schema);
  auto const reading =
      run_to_end(leftovers_beside(database, "SELECT pg_advisory_lock(1)", reader_of(database), Duration(0)));
  EXPECT_THAT(reading.faults, IsEmpty());
  EXPECT_THAT(reading.not_examined,
              ElementsAre(HasSubstr("locks of sessions of other roles: the role is no")));
}

engine::AskSuperuser superuser_of(postgres::ConnectionParameters database) {
  return [database](std::string sql, Duration) -> Task<Result<std::string>> {
    co_return test::query_value(database, sql);
  };
}

TEST(Structure, TheSuperuserSeesWhatTheRoleDoesNot) {
  auto const database = PostgresServer::shared().fresh_database(schema);
  auto const state = capture(reader_of(database));
  EXPECT_THAT(
      json::serialize(state.at("not_examined")),
      AllOf(HasSubstr("indexes and heaps by amcheck"), HasSubstr("locks of sessions of other roles")));
  test::run_sql(
      database,
      "CREATE OR REPLACE FUNCTION shape(text) RETURNS text LANGUAGE sql IMMUTABLE AS 'SELECT reverse($1)'");
  auto const complete = run_to_end(probe().complete(state, superuser_of(database), std::chrono::seconds(60)));
  EXPECT_THAT(engine::not_examined_in(complete), IsEmpty());
  auto const found = probe().compare(state, complete);
  ASSERT_EQ(found.size(), 1U);
  EXPECT_EQ(found[0].object, "index public.shaped");
  EXPECT_THAT(found[0].what, HasSubstr("corruption: "));
  EXPECT_EQ(found[0].mend, "REINDEX INDEX CONCURRENTLY public.shaped");
  EXPECT_EQ(test::query_value(database, "SELECT count(*) FROM pg_extension WHERE extname = 'amcheck'"), "0")
      << "what it needed is not left behind";
}

TEST(Structure, WhatTheSuperuserDoesNotReachInTimeIsSaid) {
  auto const database = PostgresServer::shared().fresh_database(schema);
  auto const complete =
      run_to_end(probe().complete(capture(reader_of(database)), superuser_of(database), Duration(0)));
  EXPECT_THAT(json::serialize(complete.at("not_examined")), HasSubstr("were not reached in the time for it"));
}

TEST(Structure, WhatTheSuperuserCouldNotBeAskedIsSaid) {
  engine::AskSuperuser const nobody = [](std::string, Duration) -> Task<Result<std::string>> {
    co_return fail({.kind = ErrorKind::unreachable, .what = "no primary"});
  };
  auto const database = PostgresServer::shared().fresh_database(schema);
  auto const complete =
      run_to_end(probe().complete(capture(reader_of(database)), nobody, std::chrono::seconds(60)));
  EXPECT_THAT(engine::not_examined_in(complete),
              testing::UnorderedElementsAre(
                  AllOf(HasSubstr("indexes and heaps by amcheck"), HasSubstr("no primary")),
                  AllOf(HasSubstr("locks of sessions of other roles"), HasSubstr("no primary"))));
}

// Its functions may be in any schema; an error that is an index's own is no damage.
TEST(Structure, AnErrorThatIsNoDamageIsNotCalledSo) {
  auto const database = PostgresServer::shared().fresh_database(
      std::string(schema) + "CREATE SCHEMA tools; CREATE EXTENSION amcheck SCHEMA tools;");
  test::run_sql(database,
                "CREATE OR REPLACE FUNCTION shape(text) RETURNS text LANGUAGE sql IMMUTABLE AS 'SELECT "
                "(1 / (length($1) - length($1)))::text'");
  auto const state = capture(database);
  EXPECT_THAT(probe().compare({}, state), IsEmpty());
  EXPECT_THAT(engine::not_examined_in(state),
              ElementsAre("index public.shaped by amcheck: division by zero"));
}

TEST(Structure, ThatPagesHaveNoChecksumsIsSaid) {
  auto const server = PostgresServer::start();
  auto const program =
      std::filesystem::read_symlink(fmt::format("/proc/{}/exe", server->postmaster())).parent_path();
  ASSERT_EQ(::kill(server->postmaster(), SIGINT), 0);
  siginfo_t ended{};
  ASSERT_EQ(::waitid(P_PID, static_cast<id_t>(server->postmaster()), &ended, WEXITED | WNOWAIT), 0);
  server->kill();
  std::string const disable =
      fmt::format("{}/pg_checksums --disable -D {}/data > {}/log 2>&1", program.string(),
                  server->directory().string(), server->directory().string());
  ASSERT_EQ(std::system(disable.c_str()), 0);
  server->launch();
  EXPECT_THAT(engine::not_examined_in(capture(server->fresh_database(schema))),
              ElementsAre(HasSubstr("page checksums: data_checksums is off")));
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
