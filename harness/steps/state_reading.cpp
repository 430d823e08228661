#include "harness/steps/state_reading.hpp"

#include <pqxx/pqxx>

#include "probes/load_limits.hpp"

namespace pgdrill::steps {

namespace {

using postgres::ConnectionParameters;

Task<Result<std::string>> single_value(ConnectionParameters database, std::string sql, Duration limit) {
  std::string value;
  std::function<Result<>(pqxx::transaction_base&)> work = [&](pqxx::transaction_base& transaction) {
    value = transaction.exec1(sql)[0].c_str();
    return Result<>();
  };
  CO_TRY_VOID(co_await postgres::in_transaction(std::move(database), limit, false, std::move(work)));
  co_return value;
}

/// True once the replica has replayed what the primary has flushed.
Task<Result<bool>> catches_up(ConnectionParameters primary, ConnectionParameters replica, Duration limit) {
  CO_TRY(std::string const flushed,
         co_await single_value(std::move(primary), "SELECT pg_current_wal_flush_lsn()", limit));
  std::string const question =
      "SELECT pg_is_in_recovery() AND pg_last_wal_replay_lsn() >= " + postgres::quote_literal(flushed) +
      "::pg_lsn";
  Monotonic const end = std::chrono::steady_clock::now() + limit;
  while (true) {
    CO_TRY(std::string const there, co_await single_value(replica, question, limit));
    if (there == "t") co_return true;
    if (std::chrono::steady_clock::now() >= end) co_return false;
    co_await sleep_for(poll_interval);
  }
}

Task<Result<json::object>> capture(std::unique_ptr<engine::StateProbe> const& probe,
                                   ConnectionParameters database, json::object const* before) {
  if (before == nullptr) return probe->capture(std::move(database));
  return probe->capture_against(std::move(database), *before);
}

/// Nothing when the replica cannot speak for the primary.
Task<std::optional<json::object>> read_replica(engine::RunContext& context,
                                               std::unique_ptr<engine::StateProbe> const& probe,
                                               StateReading const& reading, ConnectionParameters primary,
                                               json::object const* before) {
  Result<ConnectionParameters> const replica =
      co_await context.databases.reach(reading.replica, context.target.secret, context.target.database);
  if (!replica) co_return std::nullopt;
  Result<bool> const current = co_await catches_up(std::move(primary), *replica, reading.catch_up);
  if (!current.value_or(false)) co_return std::nullopt;
  Result<json::object> snapshot = co_await capture(probe, *replica, before);
  if (!snapshot) co_return std::nullopt;
  co_return std::move(*snapshot);
}

}  // namespace

std::vector<scenario::ParameterDeclaration> with_load_parameters(
    std::vector<scenario::ParameterDeclaration> own) {
  for (auto& limit : probes::load_parameters()) own.push_back(std::move(limit));
  return own;
}

StateReading state_reading(scenario::Parameters const& parameters, std::string const& cluster) {
  return {.limits = probes::load_limits(parameters),
          .replica = parameters.boolean("prefer_replica") ? cluster + "-ro" : ""};
}

Task<Result<StateSnapshot>> read_state(engine::RunContext& context,
                                       engine::Entry<engine::StateProbe> const& entry, StateReading reading,
                                       json::object const* before) {
  std::string const& service = context.target.service;
  CO_TRY(ConnectionParameters database,
         co_await context.databases.reach(service, context.target.secret, context.target.database));
  std::unique_ptr<engine::StateProbe> const probe = entry.make();
  bool const limited = probe->keep_within(reading.limits);
  if (limited && !reading.replica.empty()) {
    std::optional<json::object> snapshot = co_await read_replica(context, probe, reading, database, before);
    if (snapshot) co_return StateSnapshot{.content = std::move(*snapshot), .service = reading.replica};
  }
  CO_TRY(json::object snapshot, co_await capture(probe, std::move(database), before));
  co_return StateSnapshot{.content = std::move(snapshot), .service = service};
}

}  // namespace pgdrill::steps
