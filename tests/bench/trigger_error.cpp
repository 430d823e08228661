// How late each kind of trigger is: from the moment at which its condition was brought about, on a clock of
// this process, until the engine knew it. What brings it about (a statement, a request) counts from when it
// was sent, so that the true error is smaller by the way there and the work itself.
//
//   trigger_error [ROUNDS [TRIGGER]]
#include <algorithm>
#include <cstdio>
#include <cstdlib>
#include <fstream>

#include "harness/cli/connect.hpp"
#include "harness/engine/await_trigger.hpp"
#include "harness/engine/executor.hpp"
#include "harness/postgres/connection.hpp"
#include "tests/support/sandbox.hpp"

namespace pgdrill::bench {
namespace {

constexpr Duration query_limit = std::chrono::seconds(5);
constexpr Duration longest_wait = std::chrono::seconds(10);

struct Bench {
  engine::RunContext& context;
  postgres::AsyncConnection& database;
};

/// Brings the condition of round n about; when it began to, in ns since the start of the journal.
using Cause = Task<Result<std::int64_t>> (*)(Bench& bench, int n);

struct Kind {
  char const* name;
  std::string (*condition)(int n);  ///< as a scenario writes it
  Cause cause;
};

Task<Result<std::int64_t>> ask(Bench& bench, std::string sql) {
  std::int64_t const sent = bench.context.journal.elapsed_ns();
  CO_TRY_VOID(co_await bench.database.query(std::move(sql), {}, query_limit));
  co_return sent;
}

Task<Result<std::int64_t>> write_event(Bench& bench, std::string event, json::object fields) {
  std::int64_t const now = bench.context.journal.elapsed_ns();
  bench.context.journal.write(event, std::move(fields));
  co_return now;
}

Task<Result<std::int64_t>> nothing(Bench& bench, int) { co_return bench.context.journal.elapsed_ns(); }

Task<Result<std::int64_t>> write_mark(Bench& bench, int n) {
  co_return co_await write_event(bench, "mark", {{"name", "m" + std::to_string(n)}});
}

Task<Result<std::int64_t>> write_stage(Bench& bench, int) {
  co_return co_await write_event(bench, "mark", {{"name", "replay-started"}});
}

Task<Result<std::int64_t>> write_sample(Bench& bench, int) {
  co_return co_await write_event(bench, "sample", {{"probe", "heartbeat"}, {"status", "failed"}});
}

Task<Result<std::int64_t>> patch_phase(Bench& bench, int n) {
  std::int64_t const sent = bench.context.journal.elapsed_ns();
  json::object const patch{{"status", {{"phase", "Phase " + std::to_string(n)}}}};
  CO_TRY_VOID(co_await bench.context.kube->patch({kube::cluster_type, "develop", "orders"},
                                                 kube::PatchType::merge, patch, {.subresource = "status"}));
  co_return sent;
}

Task<Result<std::int64_t>> log_line(Bench& bench, int n) {
  std::string const text = "trigger-error-" + std::to_string(n) + "-end";
  co_return co_await ask(bench, "DO $$ BEGIN RAISE LOG '" + text + "'; END $$");
}

Task<Result<std::int64_t>> insert(Bench& bench, int) {
  co_return co_await ask(bench, "INSERT INTO trigger_error VALUES (1)");
}

Task<Result<std::int64_t>> migrate(Bench& bench, int n) {
  co_return co_await ask(bench, "SELECT pg_sleep(0.1), " + std::to_string(n) + " AS number");
}

std::string number(char const* before, int n, char const* behind) {
  return before + std::to_string(n) + behind;
}

Kind const kinds[] = {
    {"after", [](int) { return std::string("after: 300ms"); }, nothing},
    {"random", [](int) { return std::string("random: {from: 200ms, within: 400ms}"); }, nothing},
    {"mark", [](int n) { return number("mark: m", n, ""); }, write_mark},
    {"recovery-stage", [](int) { return std::string("recovery-stage: replay-started"); }, write_stage},
    {"probe-state", [](int) { return std::string("probe-state: {probe: heartbeat, is: failed}"); },
     write_sample},
    {"cluster-phase", [](int n) { return number("cluster-phase: {phase: Phase ", n, "}"); }, patch_phase},
    {"log-line", [](int n) { return number("log-line: {matches: trigger-error-", n, "-end}"); }, log_line},
    {"lsn", [](int) { return std::string("lsn: {ahead: 64}"); }, insert},
    {"row-count", [](int n) { return number("row-count: {table: trigger_error, at-least: ", n, "}"); },
     insert},
    {"query", [](int n) { return number("query: {sql: \"SELECT count(*) >= ", n, " FROM trigger_error\"}"); },
     insert},
    {"statement", [](int n) { return number("statement: {file: migration.sql, number: ", n, "}"); }, migrate},
};

Result<scenario::TriggerSpec> parsed(std::string const& condition) {
  std::string const yaml =
      "apiVersion: pgdrill.io/v1\nkind: Scenario\nmetadata: {name: bench}\n"
      "target: {namespace: develop, cluster: orders, service: orders-db}\n"
      "probes: [heartbeat]\nsteps:\n  - mark: {name: late}\n    when: {" +
      condition + "}\n";
  scenario::ParseOutcome outcome = scenario::parse_text(yaml, "bench.yaml", engine::catalogue(), {});
  if (outcome.problems.empty()) return *outcome.scenario.steps.front().when;
  return fail({.kind = ErrorKind::internal, .what = scenario::render_problems(outcome.problems, yaml)});
}

Task<> wait(Bench& bench, scenario::TriggerSpec spec, Result<engine::Fired>& fired) {
  Task<Result<engine::Fired>> waiting = engine::await_trigger(bench.context, spec, engine::triggers());
  fired = co_await with_deadline(std::move(waiting), longest_wait, "the trigger did not fire");
}

/// Milliseconds; nothing when the round tells nothing: it had fired by itself before, or watched too late.
Task<Result<std::optional<double>>> measure(Bench& bench, Kind const& kind, int n) {
  CO_TRY(scenario::TriggerSpec const spec, parsed(kind.condition(n)));
  Result<engine::Fired> fired = fail({});
  Scope scope(co_await asio::this_coro::executor);
  std::int64_t const reached = bench.context.journal.elapsed_ns();
  scope.spawn("trigger", wait(bench, spec, fired));
  bool const by_itself = kind.cause == nothing;
  // Until it watches; each round another share of the interval at which it may ask.
  if (!by_itself) co_await sleep_for(std::chrono::milliseconds(400) + std::chrono::microseconds(n * 730));
  Result<std::int64_t> cause = co_await kind.cause(bench, n);
  co_await scope.join();
  if (!cause) co_return tl::make_unexpected(cause.error());
  // On a busy machine it may not have watched yet when the condition came; then it saw no change.
  if (!fired && fired.error().kind == ErrorKind::timeout) co_return std::optional<double>();
  if (!fired) co_return tl::make_unexpected(fired.error());
  if (by_itself) {
    json::value const* const chosen = find(fired->observed, "chosen_ns");
    *cause =
        reached + (chosen != nullptr ? chosen->as_int64() : std::chrono::nanoseconds(300'000'000).count());
  }
  if (fired->condition_ns < *cause) co_return std::optional<double>();
  co_return static_cast<double>(fired->condition_ns - *cause) / 1e6;
}

Task<Result<bool>> measure_all(std::string kubeconfig, std::filesystem::path directory, int rounds,
                               std::string only) {
  cli::Arguments arguments;
  arguments.set("kubeconfig", {kubeconfig});
  CO_TRY(cli::Connection const connection, co_await cli::connect(arguments));
  std::ofstream migration(directory / "migration.sql");
  for (int n = 1; n <= rounds; ++n) migration << "SELECT pg_sleep(0.1), " << n << " AS number;\n";
  migration.close();
  cnpg::DatabaseAccess databases(connection.client, "develop");
  CO_TRY(std::unique_ptr<engine::Journal> const journal,
         engine::Journal::create(directory / "journal.jsonl", "rbench"));
  engine::UndoLog undo(*journal, connection.client, "develop", "rbench");
  engine::RunContext context{.run_id = "rbench",
                             .target = {.ns = "develop",
                                        .cluster = "orders",
                                        .database = "app",
                                        .service = "orders-db",
                                        .secret = "orders-app"},
                             .scenario_directory = directory,
                             .evidence_directory = directory,
                             .kube = connection.client,
                             .journal = *journal,
                             .undo = undo,
                             .databases = databases,
                             .facts = {},
                             .seed = 1};
  CO_TRY(postgres::ConnectionParameters const parameters,
         co_await databases.reach("orders-db", "orders-app", "app"));
  CO_TRY(std::unique_ptr<postgres::AsyncConnection> const database,
         co_await postgres::AsyncConnection::connect(parameters, query_limit));
  Bench bench{.context = context, .database = *database};
  bool good = true;
  std::printf("%-16s %6s %10s %10s\n", "trigger", "rounds", "median ms", "worst ms");
  for (Kind const& kind : kinds) {
    if (!only.empty() && only != kind.name) continue;
    CO_TRY_VOID(co_await ask(bench, "DROP TABLE IF EXISTS trigger_error"));
    CO_TRY_VOID(co_await ask(bench, "CREATE TABLE trigger_error (a integer)"));
    std::vector<double> all;
    for (int n = 1; n <= rounds; ++n) {
      CO_TRY(std::optional<double> const late, co_await measure(bench, kind, n));
      if (late) all.push_back(*late);
    }
    std::sort(all.begin(), all.end());
    if (all.empty()) co_return false;
    std::printf("%-16s %6zu %10.3f %10.3f\n", kind.name, all.size(), all[all.size() / 2], all.back());
    std::fflush(stdout);
    good = good && all[all.size() / 2] < 10;
  }
  CO_TRY_VOID(co_await ask(bench, "DROP TABLE trigger_error"));
  co_return good;
}

int run(int rounds, std::string const& only) {
  test::Sandbox const sandbox;
  test::TemporaryDirectory const directory;
  if (!sandbox.healthy()) return 1;
  Result<bool> const good = run_to_end(measure_all(sandbox.kubeconfig(), directory.path(), rounds, only));
  if (!good) std::fprintf(stderr, "%s\n", ::pgdrill::describe(good.error()).c_str());
  return good && *good ? 0 : 1;
}

}  // namespace
}  // namespace pgdrill::bench

int main(int argc, char** argv) {
  return pgdrill::bench::run(argc > 1 ? std::atoi(argv[1]) : 20, argc > 2 ? argv[2] : "");
}
