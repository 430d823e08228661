#include "harness/sandbox/sandbox.hpp"

#include <fmt/format.h>
#include <pwd.h>
#include <signal.h>
#include <sys/stat.h>
#include <unistd.h>

#include <boost/asio/signal_set.hpp>
#include <cstdio>

#include "harness/base/scope.hpp"
#include "harness/sandbox/api/server.hpp"
#include "harness/sandbox/cnpg/operator.hpp"
#include "harness/sandbox/cnpg/validation.hpp"
#include "harness/sandbox/credentials.hpp"
#include "harness/sandbox/flux/controllers.hpp"
#include "harness/sandbox/flux/demo.hpp"
#include "harness/sandbox/instance.hpp"
#include "harness/sandbox/kubelet/kubelet.hpp"
#include "harness/sandbox/kubelet/workloads.hpp"

namespace pgdrill::sandbox {
namespace {

constexpr auto stop_limit = std::chrono::seconds(30);

std::filesystem::path postgres_directory() {
  std::filesystem::path best = "/usr/lib/postgresql/15/bin";
  std::error_code problem;
  if (std::filesystem::exists(best / "postgres", problem)) return best;
  for (auto const& version : std::filesystem::directory_iterator("/usr/lib/postgresql", problem)) {
    if (std::filesystem::exists(version.path() / "bin" / "postgres")) best = version.path() / "bin";
  }
  return best;
}

Result<Environment> make_environment(std::filesystem::path const& directory) {
  Environment environment;
  environment.directory = std::filesystem::absolute(directory).lexically_normal();
  TRY(environment.network, free_network());
  environment.run_as = ::geteuid() == 0 ? "postgres" : "";
  environment.postgres_bin = postgres_directory();
  std::error_code problem;
  environment.self = std::filesystem::read_symlink("/proc/self/exe", problem);
  if (!std::filesystem::exists(environment.postgres_bin / "postgres", problem)) {
    return fail({.kind = ErrorKind::unreachable,
                 .what = "PostgreSQL is not installed",
                 .where = environment.postgres_bin.string(),
                 .why = "no postgres there",
                 .todo = "apt install postgresql-15"});
  }
  return environment;
}

// PostgreSQL never runs as root, so its user must be able to come to its files. Said here, since a server
// that cannot only shows as a Cluster that never gets healthy.
Result<> require_passable(std::filesystem::path const& directory, std::string const& user) {
  passwd const* const account = user.empty() ? nullptr : ::getpwnam(user.c_str());
  if (account == nullptr) return {};
  for (auto folder = directory; folder != folder.root_path(); folder = folder.parent_path()) {
    struct stat state{};
    if (::stat(folder.c_str(), &state) != 0 || (state.st_mode & S_IXOTH) != 0) continue;
    if (state.st_uid == account->pw_uid && (state.st_mode & S_IXUSR) != 0) continue;
    return fail({.kind = ErrorKind::io,
                 .what = fmt::format("user {} cannot come into the sandbox's directory", user),
                 .where = folder.string(),
                 .why = fmt::format("its mode is {:04o}", state.st_mode & 07777U),
                 .todo = fmt::format("chmod o+x {}, or another --dir", folder.string())});
  }
  return {};
}

Result<> prepare_directory(std::filesystem::path const& directory, std::string const& user) {
  if (auto const other = running_instance(directory)) {
    return fail({.kind = ErrorKind::conflict,
                 .what = "a sandbox runs in this directory already",
                 .where = directory.string(),
                 .why = fmt::format("process {}", *other),
                 .todo = fmt::format("pgdrill sandbox down --dir {}", directory.string())});
  }
  remove_leftovers(directory);
  std::error_code problem;
  std::filesystem::create_directories(directory, problem);
  if (problem) {
    return fail({.kind = ErrorKind::io,
                 .what = "cannot make the directory",
                 .where = directory.string(),
                 .why = problem.message()});
  }
  TRY_VOID(require_passable(directory, user));
  return write_instance(directory);
}

// A part of the sandbox that ends by itself ends all of it.
Task<> run_api(Store& store, net::Listener& listener, ApiServerOptions options, Result<>& outcome,
               Scope& scope) {
  outcome = co_await serve_api(store, listener, std::move(options));
  if (!outcome) scope.cancel();
}

Task<> wait_for_signal(Scope& scope) {
  asio::signal_set signals(co_await asio::this_coro::executor, SIGINT, SIGTERM);
  co_await signals.async_wait(asio::use_awaitable);
  scope.cancel();
}

Task<> announce(Store& store, Environment environment, bool empty, std::filesystem::path kubeconfig,
                Result<>& outcome, Scope& scope) {
  if (!empty) outcome = co_await make_demo(store, environment);
  if (!outcome) {
    scope.cancel();
    co_return;
  }
  std::fputs(fmt::format("{}\nready\n", kubeconfig.string()).c_str(), stdout);
  std::fflush(stdout);
}

Task<Result<>> serve_prepared(SandboxOptions options, Environment environment) {
  auto const executor = co_await asio::this_coro::executor;
  std::string const address = environment.network + ".0.1";
  CO_TRY(auto const listener, net::Listener::bind(executor, address, 0));
  CO_TRY(Credentials const credentials, make_credentials(address));
  CO_TRY(auto const kubeconfig, write_kubeconfig(environment.directory, credentials,
                                                 fmt::format("https://{}:{}", address, listener->port()),
                                                 options.empty ? "default" : "develop"));
  Store store(executor);
  store.admit_by([](kube::ResourceType const& type, json::value const& object) {
    if (type == kube::cluster_type) return cnpg::validate_cluster(object);
    return type == kube::backup_type ? cnpg::validate_backup(object) : Result<>();
  });
  auto const kubelet = Kubelet::create(executor, store, environment);
  Result<> outcome;
  Scope scope(executor);
  scope.spawn("signals", wait_for_signal(scope));
  scope.spawn("api", run_api(store, *listener,
                             {.tls = {.certificate_pem = credentials.server.certificate_pem,
                                      .key_pem = credentials.server.key_pem},
                              .token = credentials.token,
                              .containers = kubelet.get()},
                             outcome, scope));
  scope.spawn("kubelet", kubelet->run());
  scope.spawn("workloads", run_workloads(store, environment));
  scope.spawn("cnpg", run_cnpg(store, *kubelet, environment));
  scope.spawn("flux", run_flux(store, environment));
  scope.spawn("demo", announce(store, environment, options.empty, kubeconfig, outcome, scope));
  co_await scope.join();
  co_return outcome;
}

}  // namespace

Task<Result<>> serve(SandboxOptions options) {
  CO_TRY(Environment const environment, make_environment(options.directory));
  CO_TRY_VOID(prepare_directory(environment.directory, environment.run_as));
  Result<> const outcome = co_await serve_prepared(options, environment);
  remove_leftovers(environment.directory);
  co_return outcome;
}

Task<Result<>> stop(std::filesystem::path directory) {
  directory = std::filesystem::absolute(directory).lexically_normal();
  if (!std::filesystem::exists(directory)) co_return Result<>();
  auto const pid = running_instance(directory);
  if (pid) {
    ::kill(*pid, SIGTERM);
    Monotonic const end = std::chrono::steady_clock::now() + stop_limit;
    while (running_instance(directory) == pid && std::chrono::steady_clock::now() < end) {
      co_await sleep_for(std::chrono::milliseconds(50));
    }
    if (running_instance(directory) == pid) ::kill(*pid, SIGKILL);
  }
  remove_leftovers(directory);
  co_return Result<>();
}

}  // namespace pgdrill::sandbox
