#include "harness/steps/recovery_progress.hpp"

#include <set>

#include "harness/base/scope.hpp"
#include "harness/cnpg/recovery_log.hpp"

namespace pgdrill::steps {

namespace {

using engine::RunContext;

constexpr char const* recovery_container = "full-recovery";
/// With the plugin the restore of the base backup runs, and logs, in this sidecar (CNPG-I, restore job
/// hooks).
constexpr char const* plugin_container = "plugin-barman-cloud";

std::string phase_of(json::value const& pod) { return get_string(pod, "status.phase"); }

bool is_over(json::value const& pod) { return phase_of(pod) == "Succeeded" || phase_of(pod) == "Failed"; }

/// The next recovery pod that has started and was not followed yet.
Task<Result<json::value>> next_pod(RunContext& context, std::string cluster,
                                   std::set<std::string> const& followed) {
  kube::ListOptions options;
  options.label_selector = "cnpg.io/cluster=" + cluster + ",cnpg.io/jobRole=full-recovery";
  std::unique_ptr<kube::Watch> const watch =
      context.kube->watch(kube::pod_type, context.target.ns, std::move(options));
  while (true) {
    CO_TRY(kube::WatchEvent const event, co_await watch->next());
    if (event.type != kube::WatchEvent::Type::added && event.type != kube::WatchEvent::Type::modified)
      continue;
    bool const started = phase_of(event.object) == "Running" || is_over(event.object);
    if (started && !followed.contains(kube::uid_of(event.object))) co_return event.object;
  }
}

bool has_plugin(json::value const& pod) {
  for (auto const* path : {"spec.initContainers", "spec.containers"}) {
    json::value const* const containers = find(pod, path);
    if (containers == nullptr || !containers->is_array()) continue;
    for (json::value const& container : containers->get_array())
      if (get_string(container, "name") == plugin_container) return true;
  }
  return false;
}

/// What the logs of one recovery pod are read into.
struct Following {
  RunContext& context;
  std::string step;
  std::string pod;
  std::set<std::string>& marked;  ///< stages of this Cluster's recovery that are known already
  cnpg::RecoveryLog log{};
};

Task<> follow_log(Following& following, std::string container) {
  RunContext& context = following.context;
  Result<std::unique_ptr<kube::LogStream>> const stream = co_await context.kube->follow_logs(
      context.target.ns, following.pod, {.container = std::move(container), .follow = true});
  if (!stream) co_return;  // the pod's end tells the rest
  while (true) {
    Result<std::optional<std::string>> const line = co_await (*stream)->next_line();
    if (!line || !*line) co_return;
    std::optional<cnpg::RecoveryMark> const mark = following.log.feed(**line);
    if (!mark) continue;
    std::string const name(cnpg::name_of(mark->stage));
    if (following.marked.insert(name).second)
      context.mark(name, following.step, "pod " + following.pod, mark->at, mark->detail);
  }
}

// A sidecar ends when the recovery has ended.
Task<> follow_containers(Scope& scope, Following& following, bool plugin) {
  if (plugin) scope.spawn("sidecar", follow_log(following, plugin_container));
  co_await follow_log(following, recovery_container);
  scope.cancel();
}

Error failure_of(cnpg::RecoveryLog const& log, std::string const& pod) {
  std::optional<cnpg::RecoveryFailure> const failure = log.failure();
  Error error{.kind = ErrorKind::postgres,
              .what = "recovery failed",
              .where = "Pod " + pod,
              .why = "its log does not tell why"};
  if (failure) {
    error = cnpg::to_error(*failure, "Pod " + pod);
    if (!log.last_transaction_time().empty()) {
      error.why += "; the last transaction in the archive is of " + log.last_transaction_time();
    }
  }
  return error;
}

Task<Result<>> follow_pods(RunContext& context, std::string step, std::string cluster, TimeLeft time) {
  std::set<std::string> followed;
  std::set<std::string> marked;
  context.waiting(step, "a pod that recovers Cluster " + cluster);
  while (true) {
    CO_TRY(json::value const pod, co_await next_pod(context, cluster, followed));
    std::string const name = kube::name_of(pod);
    std::string const uid = kube::uid_of(pod);
    followed.insert(uid);
    context.waiting(step, "the recovery in pod " + name + " to end");
    Following following{.context = context, .step = step, .pod = name, .marked = marked};
    bool const plugin = has_plugin(pod);
    std::function<Task<>(Scope&)> body = [&following, plugin](Scope& scope) {
      return follow_containers(scope, following, plugin);
    };
    co_await with_scope(std::move(body));
    auto const over = [uid](json::value const* now) {
      return now == nullptr || kube::uid_of(*now) != uid || is_over(*now);
    };
    CO_TRY(json::value const end,
           co_await kube::wait_for(*context.kube, {kube::pod_type, context.target.ns, name}, over,
                                   time.left(), "Pod " + name + " does not end"));
    if (phase_of(end) == "Succeeded") co_return Result<>();
    if (phase_of(end) == "Failed" && find(end, "metadata.deletionTimestamp") == nullptr) {
      co_return fail(failure_of(following.log, name));
    }
  }
}

}  // namespace

Task<Result<>> follow_recovery(RunContext& context, std::string step, std::string cluster, TimeLeft time) {
  Task<Result<>> following = follow_pods(context, std::move(step), cluster, time);
  co_return co_await with_deadline(std::move(following), time.left(),
                                   "recovery of Cluster " + cluster + " does not end");
}

}  // namespace pgdrill::steps
