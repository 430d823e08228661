// "instance run": PostgreSQL in the role that the cluster's state gives it.
#include <signal.h>

#include <boost/asio/redirect_error.hpp>
#include <boost/asio/signal_set.hpp>

#include "harness/base/scope.hpp"
#include "harness/sandbox/cnpg/manager_commands.hpp"
#include "harness/sandbox/cnpg/postgres_server.hpp"
#include "harness/sandbox/cnpg/postgres_settings.hpp"
#include "harness/sandbox/cnpg/readiness.hpp"

namespace pgdrill::sandbox::cnpg {
namespace {

constexpr auto state_poll_interval = std::chrono::milliseconds(100);
// CNPG waits switchoverDelay (an hour); a server that does not stop is killed here after what a pod's client
// may wait.
constexpr auto shutdown_patience = std::chrono::seconds(60);

struct Instance {
  ManagerContext const& context;
  asio::any_io_executor executor;
  std::unique_ptr<PostgresServer> server;
  std::string name;
  bool stopping = false;  ///< SIGTERM came
};

Task<> wait_for_signal(Instance& instance) {
  asio::signal_set signals(instance.executor, SIGTERM, SIGINT);
  boost::system::error_code problem;
  int const number = co_await signals.async_wait(asio::redirect_error(asio::use_awaitable, problem));
  if (problem) co_return;
  log_info("Received termination signal", {{"signal", number == SIGTERM ? "terminated" : "interrupt"}});
  instance.stopping = true;
}

/// Waits until the instance may run. Nothing when it is asked to end before.
Task<std::optional<Role>> wait_for_role(Instance const& instance) {
  bool logged = false;
  while (!instance.stopping) {
    ClusterState const state = instance.context.state();
    Role const role = role_of(state, instance.name);
    if (!state.fenced && role != Role::undecided) co_return role;
    if (!logged) {
      log_line("info", "instance-manager",
               state.fenced ? "Instance is fenced, won't start postgres right now"
                            : "Waiting for the new primary to be elected",
               {{"currentPrimary", state.current_primary}, {"targetPrimary", state.target_primary}});
    }
    logged = true;
    co_await sleep_for(state_poll_interval);
  }
  co_return std::nullopt;
}

Result<> rejoin(ManagerContext const& context, InstanceConfig const& config) {
  log_line("info", "instance-manager", "This is an old primary node. Starting pg_rewind");
  auto const rewound =
      run_program({context.program("pg_rewind"), "--no-sync", "-P", "--target-pgdata", context.data.string(),
                   "--source-server", primary_conninfo(context, config, "postgres")},
                  "pg_rewind");
  if (rewound) return {};
  log_error("pg_rewind failed, cloning the primary again", error_text(rewound.error()));
  return clone_primary(context, config);
}

Result<> prepare(ManagerContext const& context, InstanceConfig const& config, Role role) {
  if (role == Role::replica) {
    if (!std::filesystem::exists(context.data / "standby.signal")) {
      TRY_VOID(rejoin(context, config));
    }
    TRY_VOID(install_replica_configuration(context, config));
  }
  return install_configuration(context, config, role == Role::replica ? std::string(unsynced_settings) : "");
}

/// A replica has been started with fsync off; once it answers it gets the settings for good. So does any
/// server whose Cluster got other parameters meanwhile.
Result<> settle(Instance const& instance) {
  TRY(InstanceConfig const config, instance.context.config());
  TRY_VOID(install_configuration(instance.context, config, ""));
  instance.server->reload();
  return {};
}

std::filesystem::file_time_type config_version(ManagerContext const& context) {
  std::error_code ignored;
  return std::filesystem::last_write_time(context.control("instance.json"), ignored);
}

/// Why a running server has to stop; empty: it may go on.
std::string reason_to_stop(Instance const& instance, Role role) {
  if (instance.stopping) return "Shutting down instance";
  ClusterState const state = instance.context.state();
  if (state.fenced) return "Fencing instance";
  if (role == Role::primary && role_of(state, instance.name) != Role::primary) {
    return "This is an old primary instance, waiting for the switchover to finish";
  }
  return "";
}

Task<> stop(Instance& instance, std::string reason) {
  log_line("info", "instance-manager", reason, {{"mode", "fast"}});
  instance.server->request_shutdown(Shutdown::fast);
  Monotonic const limit = std::chrono::steady_clock::now() + shutdown_patience;
  while (instance.server->running() && std::chrono::steady_clock::now() < limit)
    co_await sleep_for(state_poll_interval / 4);
  if (instance.server->running()) instance.server->request_shutdown(Shutdown::immediate);
}

/// Runs the server until it ends or has to. True: start again (it was fenced, or was promoted meanwhile).
Task<Result<bool>> run_once(Instance& instance) {
  auto const role = co_await wait_for_role(instance);
  if (!role) co_return false;
  auto const config = instance.context.config();
  if (!config) co_return tl::make_unexpected(config.error());
  if (auto const prepared = prepare(instance.context, *config, *role); !prepared)
    co_return tl::make_unexpected(prepared.error());
  Scope scope(instance.executor);
  auto started = PostgresServer::start(instance.executor, scope, instance.context);
  if (!started) co_return tl::make_unexpected(started.error());
  instance.server = std::move(*started);
  log_line("info", "instance-manager", "postmaster started", {});
  bool fenced = false;
  // A replica that gets promoted keeps running as a primary: from then on it has a primary's duties.
  Role duty = *role;
  bool settled = *role == Role::primary;
  auto version = config_version(instance.context);
  while (instance.server->running()) {
    if (role_of(instance.context.state(), instance.name) == Role::primary) duty = Role::primary;
    if (auto const newest = config_version(instance.context); newest != version) {
      version = newest;
      settled = false;
    }
    if (!settled && accepts_connections(instance.context)) {
      auto const done = settle(instance);
      if (!done) log_error("cannot write the configuration", error_text(done.error()));
      settled = done.has_value();
    }
    std::string reason = reason_to_stop(instance, duty);
    if (!reason.empty()) {
      fenced = !instance.stopping && instance.context.state().fenced;
      co_await stop(instance, reason);
      break;
    }
    co_await sleep_for(state_poll_interval);
  }
  bool const asked = instance.stopping || fenced || duty == Role::primary;
  int const code = co_await instance.server->wait();
  co_await scope.join();
  log_line("info", "instance-manager", "postmaster exited", {{"exitCode", code}});
  if (fenced) co_return true;
  if (code != 0 || !asked)
    co_return fail(
        {.kind = ErrorKind::io, .what = "postmaster ended", .why = fmt::format("exit status {}", code)});
  co_return false;
}

Task<Result<>> serve(Instance& instance) {
  Scope scope(instance.executor);
  scope.spawn("signals", wait_for_signal(instance));
  scope.spawn("readiness", serve_readiness(instance.context));
  Result<bool> again = true;
  while (again && *again) again = co_await run_once(instance);
  scope.cancel();
  co_await scope.join();
  if (!again) co_return tl::make_unexpected(again.error());
  co_return Result<>();
}

Task<Result<>> run_instance(ManagerContext const& context) {
  Instance instance{
      .context = context, .executor = co_await asio::this_coro::executor, .server = nullptr, .name = ""};
  auto const config = context.config();
  if (!config) co_return tl::make_unexpected(config.error());
  instance.name = config->instance;
  Result<> result = co_await serve(instance);
  co_return result;
}

}  // namespace

int instance_run(ManagerContext const& context) {
  log_line("info", "instance-manager", "Starting CloudNativePG Instance Manager", {});
  auto const result = run_to_end(run_instance(context));
  if (result) return 0;
  log_error("PostgreSQL instance ended", error_text(result.error()));
  return 1;
}

}  // namespace pgdrill::sandbox::cnpg
