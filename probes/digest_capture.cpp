// Reading on several connections that share one snapshot:
// https://www.postgresql.org/docs/15/functions-admin.html#FUNCTIONS-SNAPSHOT-SYNCHRONIZATION.
#include <fmt/format.h>

#include <atomic>
#include <pqxx/pqxx>
#include <thread>

#include "probes/digest_reading.hpp"

namespace pgdrill::probes {

namespace {

/// Below this size a second connection costs more than it saves.
constexpr std::int64_t worth_sharing = 2048;

json::object wrap(pqxx::transaction_base& transaction, json::object tables) {
  auto const version =
      transaction.exec1("SELECT current_setting('server_version_num')::int / 10000")[0].as<int>();
  return {{"algorithm", "chained-v3"}, {"server_major", version}, {"tables", std::move(tables)}};
}

/// Takes jobs until none is left or one has failed.
struct Queue {
  DigestReading& reading;
  DigestReading::Jobs const& jobs;
  std::atomic<std::size_t> next = 0;
  std::atomic<bool> failed = false;

  Result<> work(pqxx::transaction_base& transaction) {
    while (!failed) {
      std::size_t const at = next++;
      if (at >= jobs.size()) break;
      auto const done = reading.run(transaction, jobs[at]);
      if (!done) failed = true;
      if (!done) return done;
    }
    return {};
  }
};

Result<> share(Queue& queue, pqxx::transaction_base& transaction,
               postgres::ConnectionParameters const& database, DigestLimits const& limits,
               std::string const& snapshot) {
  auto const helpers =
      std::min<std::size_t>(static_cast<std::size_t>(limits.connections), queue.jobs.size()) - 1;
  std::vector<Result<>> results(helpers);
  std::vector<std::jthread> threads;
  for (std::size_t i = 0; i < helpers; ++i) {
    threads.emplace_back([&, i] {
      results[i] = postgres::transaction_blocking(
          database, limits.whole, false, [&](pqxx::transaction_base& mine) -> Result<> {
            mine.exec("SET TRANSACTION SNAPSHOT " + postgres::quote_literal(snapshot));
            mine.exec(limiting_settings(limits));
            return queue.work(mine);
          });
      if (!results[i]) queue.failed = true;
    });
  }
  Result<> mine;
  try {
    mine = queue.work(transaction);
  } catch (...) {
    queue.failed = true;  // the others end before this leaves
    throw;
  }
  threads.clear();
  if (!mine) return mine;
  for (auto& result : results) {
    if (!result) return std::move(result);
  }
  return {};
}

Result<json::object> read_shared(pqxx::transaction_base& transaction,
                                 postgres::ConnectionParameters const& database, bool details,
                                 DigestLimits const& limits, json::object const* before) {
  transaction.exec(limiting_settings(limits));
  TRY(auto tables, read_digest_tables(transaction));
  std::int64_t blocks = 0;
  for (auto const& table : tables) blocks += table.blocks;
  bool const alone = limits.connections < 2 || blocks < worth_sharing;
  std::string const snapshot = alone ? "" : transaction.exec1("SELECT pg_export_snapshot()")[0].c_str();
  DigestReading reading(std::move(tables), details, limits);
  DigestReading::Runner const runner = [&](DigestReading::Jobs const& jobs) -> Result<> {
    DigestReading::Jobs shared;
    for (auto const& job : jobs) {
      if (job.parallel) TRY_VOID(reading.run(transaction, job));
      if (!job.parallel) shared.push_back(job);
    }
    Queue queue{reading, shared};
    if (alone || shared.size() < 2) return queue.work(transaction);
    return share(queue, transaction, database, limits, snapshot);
  };
  TRY(auto all, reading.read(runner, before));
  return wrap(transaction, std::move(all));
}

}  // namespace

Result<json::object> read_digest(pqxx::transaction_base& transaction, bool details,
                                 DigestLimits const& limits, json::object const* before) {
  DigestLimits alone = limits;
  alone.connections = 1;
  return read_shared(transaction, {}, details, alone, before);
}

Task<Result<json::object>> capture_digest(postgres::ConnectionParameters database, bool details,
                                          DigestLimits limits, json::object const* before) {
  json::object snapshot;
  std::function<Result<>(pqxx::transaction_base&)> work =
      [&](pqxx::transaction_base& transaction) -> Result<> {
    TRY(snapshot, read_shared(transaction, database, details, limits, before));
    return {};
  };
  // Many statements: the whole may take longer than each of them, and each has its own limit in the server.
  CO_TRY_VOID(co_await postgres::in_transaction(database, limits.whole, false, std::move(work)));
  co_return snapshot;
}

}  // namespace pgdrill::probes
