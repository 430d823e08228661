#include "harness/sandbox/cnpg/instance_sql.hpp"

#include <charconv>

#include "harness/kube/resource.hpp"
#include "harness/sandbox/cnpg/backup_info.hpp"

namespace pgdrill::sandbox::cnpg {
namespace {

constexpr auto connect_limit = std::chrono::seconds(2);
constexpr auto status_limit = std::chrono::seconds(5);

constexpr std::string_view status_query = R"(
SELECT pg_is_in_recovery(),
       CASE WHEN pg_is_in_recovery()
            THEN coalesce(greatest(pg_last_wal_receive_lsn(), pg_last_wal_replay_lsn()), '0/0')
            ELSE pg_current_wal_lsn() END,
       CASE WHEN pg_is_in_recovery()
            THEN (SELECT timeline_id::text FROM pg_control_checkpoint())
            ELSE ('x' || lpad(left(pg_walfile_name(pg_current_wal_lsn()), 8), 8, '0'))::bit(32)::int::text END,
       (SELECT system_identifier FROM pg_control_system()),
       EXISTS (SELECT FROM pg_stat_wal_receiver))";

}  // namespace

Task<Result<std::shared_ptr<postgres::AsyncConnection>>> InstanceSql::connection_to(json::value pod) {
  std::string const name = kube::name_of(pod);
  std::string const uid = kube::uid_of(pod);
  auto const found = connections_.find(name);
  if (found != connections_.end() && found->second.uid == uid && !found->second.connection->broken()) {
    co_return found->second.connection;
  }
  connections_.erase(name);
  postgres::ConnectionParameters parameters;
  // A link to a place whose path is short enough for a socket's.
  std::error_code none;
  parameters.host = std::filesystem::read_symlink(kubelet_.pod_directory(ns_, name) / "run", none).string();
  if (none) {
    co_return fail({.kind = ErrorKind::unreachable,
                    .what = "cannot reach PostgreSQL of pod " + name,
                    .why = "the pod has not begun"});
  }
  parameters.user = "postgres";
  parameters.database = "postgres";
  parameters.ssl_mode = "disable";
  parameters.application_name = "cnpg-instance-manager";
  auto connected = co_await postgres::AsyncConnection::connect(parameters, connect_limit);
  if (!connected) co_return tl::make_unexpected(connected.error());
  std::shared_ptr<postgres::AsyncConnection> shared = std::move(*connected);
  // ALTER ROLE carries a password: neither a statement of ours nor one that fails may reach the server's log.
  for (std::string const setting : {"SET log_statement = 'none'", "SET log_min_error_statement = 'panic'",
                                    "SET log_min_duration_statement = -1"}) {
    auto const done = co_await shared->query(setting, {}, connect_limit);
    if (!done) co_return tl::make_unexpected(done.error());
  }
  connections_[name] = Entry{.uid = uid, .connection = shared};
  co_return shared;
}

Task<Result<postgres::Rows>> InstanceSql::query(json::value pod, std::string sql, Duration limit) {
  auto connection = co_await connection_to(pod);
  if (!connection) co_return tl::make_unexpected(connection.error());
  auto rows = co_await (*connection)->query(std::move(sql), {}, limit);
  if ((*connection)->broken()) connections_.erase(kube::name_of(pod));
  co_return rows;
}

Task<InstanceStatus> InstanceSql::status(json::value pod) {
  InstanceStatus status;
  auto const rows = co_await query(std::move(pod), std::string(status_query), status_limit);
  if (!rows || rows->rows.empty()) co_return status;
  auto const& row = rows->rows.front();
  auto const text = [&row](std::size_t column) { return row.at(column).value_or(""); };
  status.reachable = true;
  status.recovering = text(0) == "t";
  status.lsn = parse_lsn(text(1)).value_or(0);
  std::string const timeline = text(2);
  std::from_chars(timeline.data(), timeline.data() + timeline.size(), status.timeline);
  status.system_id = text(3);
  status.receiving = text(4) == "t";
  co_return status;
}

}  // namespace pgdrill::sandbox::cnpg
