// Speed of the content digest against what else reads a whole table: count(*) on one connection, and
// pg_dump | sha256sum. The table is larger than shared buffers. All ratios are of one run; the best of some
// rounds. Besides the time on the clock, the time that the server's processes had a core, which other work on
// the machine changes less: half of it is what two free cores take.
//
//   bench_digest_speed [millions of rows] [rounds]
#include <fmt/format.h>
#include <unistd.h>

#include <chrono>
#include <cstdlib>
#include <fstream>
#include <functional>
#include <iterator>
#include <sstream>
#include <thread>

#include "probes/digest_snapshot.hpp"
#include "tests/support/postgres_server.hpp"

namespace {

using namespace pgdrill;

double seconds(std::function<void()> const& work) {
  auto const begun = std::chrono::steady_clock::now();
  work();
  return std::chrono::duration<double>(std::chrono::steady_clock::now() - begun).count();
}

/// CPU time of all backends that have ended.
double server_seconds(pid_t postmaster) {
  std::this_thread::sleep_for(std::chrono::milliseconds(200));  // the last backend's end is counted by then
  std::ifstream file(fmt::format("/proc/{}/stat", postmaster));
  std::string const text((std::istreambuf_iterator<char>(file)), std::istreambuf_iterator<char>());
  std::istringstream fields(text.substr(text.rfind(')') + 1));
  std::string skipped;
  for (int i = 0; i < 13; ++i) fields >> skipped;
  double user = 0;
  double system = 0;
  fields >> user >> system;
  return (user + system) / static_cast<double>(::sysconf(_SC_CLK_TCK));
}

void read_all(postgres::ConnectionParameters const& database, int connections, bool details) {
  auto const digest = run_to_end(probes::capture_digest(
      database, details, {.statement = std::chrono::minutes(10), .connections = connections}));
  if (!digest) fmt::print("cannot read: {}\n", describe(digest.error()));
}

constexpr char const* table = R"(
CREATE TABLE entries AS SELECT n::bigint AS id, n % 100000 AS customer, (n % 10000) / 100.0::numeric(12,2) AS amount, 'entry number ' || n AS title,
  repeat(md5(n::text), 4) AS note, timestamptz '2026-01-01' + n * interval '1 second' AS booked, n % 2 = 0 AS paid, md5(n::text)::uuid AS token, n / 7.0::float8 AS score, n % 50 AS kind
FROM generate_series(1, {} * 1000000) n; ALTER TABLE entries ADD PRIMARY KEY (id); VACUUM (FREEZE, ANALYZE) entries)";

}  // namespace

int main(int argument_count, char** arguments) {
  int const millions = argument_count > 1 ? std::atoi(arguments[1]) : 3;
  int const rounds = argument_count > 2 ? std::atoi(arguments[2]) : 3;
  auto const server =
      test::PostgresServer::start({"shared_buffers=128MB", "max_wal_size=4GB", "wal_level=minimal",
                                   "max_wal_senders=0", "autovacuum=off"});
  auto const database = server->fresh_database();
  std::string const sql = fmt::format(fmt::runtime(table), millions);
  for (std::size_t from = 0; from < sql.size();) {
    auto const end = std::min(sql.find(';', from), sql.size());
    test::run_sql(database, sql.substr(from, end - from));
    from = end + 1;
  }
  fmt::print("table: {} rows, {} MB; shared buffers 128 MB\n",
             test::query_value(database, "SELECT count(*) FROM entries"),
             test::query_value(database, "SELECT pg_relation_size('entries') / 1048576"));
  std::string const dump = fmt::format("pg_dump -h 127.0.0.1 -p {} -U postgres {} | sha256sum > /dev/null",
                                       database.port, database.database);
  struct Contender {
    std::string name;
    std::function<void()> work;
    double best = 1e9;
    double processor = 1e9;
  };
  std::vector<Contender> contenders = {
      {"count(*), serial",
       [&] { static_cast<void>(test::query_value(database, "SELECT count(*) FROM entries")); }},
      {"digest, 1 connection", [&] { read_all(database, 1, false); }},
      {"digest, 2 connections", [&] { read_all(database, 2, false); }},
      {"digest with details, 2 connections", [&] { read_all(database, 2, true); }},
      {"pg_dump | sha256sum", [&] {
         if (std::system(dump.c_str()) != 0) fmt::print("pg_dump failed\n");
       }}};
  test::run_sql(database, fmt::format("ALTER DATABASE {0} SET max_parallel_workers_per_gather = 0; ALTER "
                                      "DATABASE {0} SET enable_indexonlyscan = off",
                                      database.database));
  for (int round = 0; round < rounds; ++round) {
    for (auto& one : contenders) {
      double const before = server_seconds(server->postmaster());
      one.best = std::min(one.best, seconds(one.work));
      one.processor = std::min(one.processor, server_seconds(server->postmaster()) - before);
    }
  }
  for (auto const& one : contenders) {
    fmt::print(
        "{:36} {:8.2f} s  {:6.2f} x count(*)  {:6.2f} x dump;  server's CPU {:6.2f} s  {:6.2f} x count(*)\n",
        one.name, one.best, one.best / contenders.front().best, one.best / contenders.back().best,
        one.processor, one.processor / contenders.front().processor);
  }
}
