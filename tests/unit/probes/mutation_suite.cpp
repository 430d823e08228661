// Probes that cannot be fooled: each seeded mutation is seen by a probe that names its place, and no harmless
// rewrite is reported by any. A mutation lives in a transaction that is rolled back, so that one database
// serves all.
#include <fmt/format.h>
#include <gmock/gmock.h>

#include <iostream>
#include <pqxx/pqxx>
#include <thread>

#include "harness/base/text.hpp"
#include "probes/digest_snapshot.hpp"
#include "probes/fingerprint_snapshot.hpp"
#include "probes/structure_queries.hpp"
#include "tests/support/postgres_server.hpp"
#include "tests/unit/probes/mutation_database.hpp"

namespace pgdrill::test {
namespace {

using engine::Difference;
using namespace std::chrono_literals;

constexpr std::uint64_t seed = 20260101;

std::unique_ptr<engine::StateProbe> state_probe(std::string_view name) {
  return engine::find_entry(engine::state_probes(), name)->make();
}

/// What all state probes hold of a database.
struct States {
  json::object digest;
  json::object fingerprint;
  json::object structure;
};

/// @param probe the only one that is asked; empty: all of them
Result<States> read_states(pqxx::transaction_base& transaction, std::string const& probe = "") {
  States states;
  if (probe.empty() || probe == "fingerprint") {
    TRY(states.fingerprint, probes::read_fingerprint(transaction));
  }
  if (probe.empty() || probe == "digest") {
    TRY(states.digest, probes::read_digest(transaction, true, {}));
  }
  if (probe.empty() || probe == "structure") {
    TRY(auto const structure, probes::read_structure(transaction));
    states.structure = probes::to_json(structure);
  }
  return states;
}

using Found = std::map<std::string, std::vector<Difference>>;

Found compare(States const& before, States const& after) {
  Found found;
  if (!after.digest.empty()) found["digest"] = probes::compare_digests(before.digest, after.digest);
  if (!after.fingerprint.empty())
    found["fingerprint"] = probes::compare_fingerprints(before.fingerprint, after.fingerprint);
  if (!after.structure.empty())
    found["structure"] = state_probe("structure")->compare(before.structure, after.structure);
  return found;
}

std::string text_of(std::vector<Difference> const& differences) {
  std::string text;
  for (auto const& one : differences)
    text += fmt::format("\n  {}: {} ({}) [{}]", one.object, one.what, join(one.rows, ", "), one.mend);
  return text;
}

bool names_the_place(Mutation const& mutation, std::vector<Difference> const& differences) {
  return std::ranges::any_of(differences, [&](Difference const& one) {
    bool const row = mutation.row.empty() || std::ranges::find(one.rows, mutation.row) != one.rows.end();
    return one.object == mutation.object && one.what.find(mutation.said) != std::string::npos && row;
  });
}

States states_of(postgres::ConnectionParameters const& database) {
  States states;
  auto const read = postgres::transaction_blocking(database, 60s, false, [&](auto& transaction) -> Result<> {
    TRY(states, read_states(transaction));
    return {};
  });
  EXPECT_TRUE(read) << describe(read.error());
  return states;
}

Error const rolled_back{.kind = ErrorKind::refused, .what = "rolled back on purpose"};

/// Makes the mutation, looks, and takes it back.
Found differences_of(postgres::ConnectionParameters const& database, States const& before,
                     Mutation const& mutation, bool mend, int& mended) {
  Found found;
  auto const done = postgres::transaction_blocking(database, 60s, true, [&](auto& transaction) -> Result<> {
    transaction.exec("SET LOCAL search_path = public");
    transaction.exec(mutation.sql);
    transaction.exec(std::string(postgres::pinned_session_settings()));
    transaction.exec("SET LOCAL session_replication_role = origin");
    TRY(auto const after, read_states(transaction, mutation.probe));
    found = compare(before, after);
    auto const schema = mend ? found.at("fingerprint") : std::vector<Difference>();
    bool const possible = std::ranges::all_of(schema, [](Difference const& one) {
      return !one.mend.empty() && one.mend.find("CONCURRENTLY") == std::string::npos;
    });
    if (possible && !schema.empty()) {
      for (auto const& one : schema) transaction.exec(one.mend);
      TRY(auto const again, probes::read_fingerprint(transaction));
      auto const left = probes::compare_fingerprints(before.fingerprint, again);
      EXPECT_TRUE(left.empty()) << mutation.sql << "\nis not mended by:" << text_of(schema)
                                << "\nleft:" << text_of(left);
      ++mended;
    }
    return fail(rolled_back);
  });
  EXPECT_TRUE(!done && done.error().what == rolled_back.what) << mutation.sql << "\n"
                                                              << describe(done.error());
  if (!mutation.undo.empty()) run_sql(database, mutation.undo);
  return found;
}

void expect_all_caught(std::vector<Mutation> const& mutations, bool mend = false) {
  auto const database = PostgresServer::shared().fresh_database(mutation_schema());
  States const before = states_of(database);
  int mended = 0;
  for (auto const& mutation : mutations) {
    auto const found = differences_of(database, before, mutation, mend, mended);
    if (found.empty()) continue;
    EXPECT_TRUE(names_the_place(mutation, found.at(mutation.probe)))
        << mutation.sql << "\nwas to be seen by " << mutation.probe << " at " << mutation.object << " "
        << mutation.row << ": " << mutation.said << "\nseen:" << text_of(found.at(mutation.probe));
  }
  EXPECT_TRUE(text_of(compare(before, states_of(database)).at("digest")).empty())
      << "a mutation was not taken back";
  std::cout << fmt::format("{} mutations, {} of them mended by their own DDL\n", mutations.size(), mended);
}

TEST(MutationSuite, EveryChangeOfContentIsSeenAndNamed) {
  Random random(seed);
  expect_all_caught(data_mutations(random));
}

TEST(MutationSuite, EveryChangeOfTheSchemaIsSeenAndNamed) { expect_all_caught(schema_mutations(), true); }

TEST(MutationSuite, EveryChangeOfTheServerIsSeenAndNamed) { expect_all_caught(server_mutations(), true); }

TEST(MutationSuite, EveryStructuralFaultIsSeenAndNamed) { expect_all_caught(structure_mutations()); }

TEST(MutationSuite, ThereAreEnough) {
  Random random(seed);
  EXPECT_GE(data_mutations(random).size() + schema_mutations().size() + server_mutations().size() +
                structure_mutations().size(),
            300U);
}

TEST(MutationSuite, NoHarmlessRewriteIsReported) {
  Random random(seed);
  auto const database = PostgresServer::shared().fresh_database(mutation_schema());
  States const before = states_of(database);
  auto const rewrites = harmless_rewrites(random, 300);
  constexpr std::size_t together = 4;  // what is looked at after each few, is looked at
  for (std::size_t i = 0; i < rewrites.size(); ++i) {
    run_sql(database, rewrites[i]);
    if ((i + 1) % together != 0) continue;
    for (auto const& [probe, differences] : compare(before, states_of(database))) {
      ASSERT_TRUE(differences.empty()) << probe << " reports:" << text_of(differences) << "\nafter one of\n"
                                       << rewrites[i] << "\n"
                                       << rewrites[i - 1] << "\n"
                                       << rewrites[i - 2] << "\n"
                                       << rewrites[i - 3];
    }
  }
}

/// A further database of the server, made by pg_dump and psql.
/// @param options of pg_dump
postgres::ConnectionParameters dump_and_restore(PostgresServer& server,
                                                postgres::ConnectionParameters const& database,
                                                std::vector<std::string> options = {}) {
  auto const copy = server.fresh_database();
  std::string const file = server.directory() / (copy.database + ".sql");
  options.insert(options.end(), {"-d", database.conninfo(10s), "-f", file});
  server.run_program("pg_dump", options);
  server.run_program("psql", {"-X", "-q", "-v", "ON_ERROR_STOP=1", "-d", copy.conninfo(10s), "-f", file});
  // What belongs to the server is not in a dump of a database.
  run_sql(copy,
          fmt::format("ALTER ROLE writer IN DATABASE {} SET search_path = extra, public", copy.database));
  return copy;
}

void expect_no_difference(States const& before, States const& after) {
  for (auto const& [probe, differences] : compare(before, after)) {
    EXPECT_TRUE(differences.empty()) << probe << " reports:" << text_of(differences);
  }
}

TEST(MutationSuite, ADumpThatIsRestoredIsNotReported) {
  auto& server = PostgresServer::shared();
  auto const database = server.fresh_database(mutation_schema());
  auto const copy = dump_and_restore(server, database);
  expect_no_difference(states_of(database), states_of(copy));
  run_sql(copy, "UPDATE documents SET body = body || 'x' WHERE id = 2; DROP INDEX orders_open");
  auto const found = compare(states_of(database), states_of(copy));
  EXPECT_EQ(found.at("digest").size(), 1U) << text_of(found.at("digest"));
  EXPECT_EQ(found.at("fingerprint").size(), 1U) << text_of(found.at("fingerprint"));
}

void wait_until(postgres::ConnectionParameters const& database, std::string const& condition) {
  auto const give_up = std::chrono::steady_clock::now() + 60s;
  while (query_value(database, "SELECT " + condition) != "t") {
    ASSERT_LT(std::chrono::steady_clock::now(), give_up) << condition;
    std::this_thread::sleep_for(10ms);
  }
}

/// Replication between two databases of one server cannot make its own slot: it would wait for itself.
void subscribe(postgres::ConnectionParameters const& from, postgres::ConnectionParameters const& to) {
  run_sql(from, "CREATE PUBLICATION everything FOR ALL TABLES");
  run_sql(from, "SELECT pg_create_logical_replication_slot('copying', 'pgoutput')");
  run_sql(to,
          fmt::format("CREATE SUBSCRIPTION copying CONNECTION {} PUBLICATION everything WITH (create_slot "
                      "= false, slot_name = 'copying')",
                      postgres::quote_literal(from.conninfo(10s))));
}

void end_subscription(postgres::ConnectionParameters const& from, postgres::ConnectionParameters const& to) {
  run_sql(to, "ALTER SUBSCRIPTION copying DISABLE");
  run_sql(to, "ALTER SUBSCRIPTION copying SET (slot_name = NONE)");
  run_sql(to, "DROP SUBSCRIPTION copying");
  wait_until(from, "NOT active FROM pg_replication_slots WHERE slot_name = 'copying'");
  run_sql(from, "SELECT pg_drop_replication_slot('copying')");
  run_sql(from, "DROP PUBLICATION everything");
}

TEST(MutationSuite, ALogicalCopyIsNotReported) {
  auto const server = PostgresServer::start({"wal_level=logical"});
  auto const database = server->fresh_database(mutation_schema());
  auto const copy = dump_and_restore(*server, database, {"--schema-only"});
  subscribe(database, copy);
  wait_until(copy, "bool_and(srsubstate = 'r') FROM pg_subscription_rel");
  run_sql(
      database,
      "UPDATE customers SET name = 'another', tags = NULL WHERE id % 7 = 0; DELETE FROM order_lines WHERE "
      "order_id < 5; INSERT INTO measures VALUES ('2026-05-01', 9, 'NaN')");
  run_sql(database, "INSERT INTO loose VALUES (1, 'the last')");
  wait_until(copy, "count(*) = 1 FROM public.loose WHERE b = 'the last'");
  end_subscription(database, copy);
  // Replication brings neither the positions of sequences nor what is computed from tables.
  run_sql(copy,
          query_value(database,
                      "SELECT string_agg(format('SELECT setval(%L, %s)', format('%I.%I', schemaname, "
                      "sequencename), last_value), ';') FROM pg_sequences WHERE last_value IS NOT NULL"));
  run_sql(database, "REFRESH MATERIALIZED VIEW totals");
  run_sql(copy, "REFRESH MATERIALIZED VIEW totals");
  expect_no_difference(states_of(database), states_of(copy));
}

}  // namespace
}  // namespace pgdrill::test
