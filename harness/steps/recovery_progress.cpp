#include "harness/steps/recovery_progress.hpp"

#include <optional>
#include <set>

#include "harness/base/scope.hpp"
#include "harness/base/text.hpp"
#include "harness/cnpg/recovery_log.hpp"
#include "harness/steps/cluster_clocks.hpp"

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
  cnpg::RecoveryLog sidecar_log{};
};

Task<> follow_log(Following& following, std::string container, cnpg::RecoveryLog& log) {
  RunContext& context = following.context;
  Result<std::unique_ptr<kube::LogStream>> const stream = co_await context.kube->follow_logs(
      context.target.ns, following.pod, {.container = std::move(container), .follow = true});
  if (!stream) co_return;  // the pod's end tells the rest
  while (true) {
    Result<std::optional<std::string>> const line = co_await (*stream)->next_line();
    if (!line || !*line) co_return;
    std::optional<cnpg::RecoveryMark> const mark = log.feed(**line);
    if (!mark) continue;
    std::string const name(cnpg::name_of(mark->stage));
    if (!following.marked.insert(name).second) continue;
    context.mark(name, following.step, "pod " + following.pod, mark->at, mark->detail);
    context.clock(following.step, {.mark = name,
                                   .order = "same",
                                   .source = "pod " + following.pod + ": log_time of PostgreSQL",
                                   .clock = engine::clocks::node,
                                   .at = mark->logged_at});
  }
}

// A sidecar ends when the recovery has ended.
Task<> follow_containers(Scope& scope, Following& following, bool plugin) {
  if (plugin) scope.spawn("sidecar", follow_log(following, plugin_container, following.sidecar_log));
  co_await follow_log(following, recovery_container, following.log);
  scope.cancel();
}

/// A sidecar that is stopped with its pod complains as well: what it says counts when it names a cause, or
/// when the recovery itself says nothing.
std::optional<cnpg::RecoveryFailure> failure_of(Following const& following) {
  std::optional<cnpg::RecoveryFailure> own = following.log.failure();
  std::optional<cnpg::RecoveryFailure> of_sidecar = following.sidecar_log.failure();
  bool const told = own && own->cause != cnpg::unknown_cause;
  bool const sidecar_told = of_sidecar && of_sidecar->cause != cnpg::unknown_cause;
  if (of_sidecar && !told && (sidecar_told || !own)) return of_sidecar;
  return own;
}

/// "; container full-recovery ended with exit code 1 (Error)": the last word when a log tells nothing.
std::string exit_of_containers(json::value const& pod) {
  std::string text;
  json::value const* const statuses = find(pod, "status.containerStatuses");
  if (statuses == nullptr || !statuses->is_array()) return text;
  for (json::value const& status : statuses->get_array()) {
    if (find(status, "state.terminated") == nullptr) continue;
    text += "; container " + get_string(status, "name") + " ended with exit code " +
            std::to_string(get_int(status, "state.terminated.exitCode", 0)) + " (" +
            get_string(status, "state.terminated.reason") + ")";
  }
  return text;
}

Error error_of(Following const& following, json::value const& pod) {
  std::optional<cnpg::RecoveryFailure> const failure = failure_of(following);
  Error error{.kind = ErrorKind::postgres,
              .what = "recovery failed",
              .where = "Pod " + following.pod,
              .why = "its log does not tell why"};
  if (failure) error = cnpg::to_error(*failure, "Pod " + following.pod);
  if (!failure || failure->cause == cnpg::unknown_cause) error.why += exit_of_containers(pod);
  return error;
}

/// What one recovery pod came to: nothing when it was deleted, or is gone.
struct PodEnd {
  bool succeeded = false;
  bool may_pass = false;  ///< the Job's next pod may succeed
  std::optional<Error> failure;
};

Task<Result<PodEnd>> follow_pod(Following& following, json::value pod, TimeLeft time) {
  RunContext& context = following.context;
  bool const plugin = has_plugin(pod);
  std::function<Task<>(Scope&)> body = [&following, plugin](Scope& scope) {
    return follow_containers(scope, following, plugin);
  };
  co_await with_scope(std::move(body));
  std::string const uid = kube::uid_of(pod);
  auto const over = [uid](json::value const* now) {
    return now == nullptr || kube::uid_of(*now) != uid || is_over(*now);
  };
  CO_TRY(json::value const end,
         co_await kube::wait_for(*context.kube, {kube::pod_type, context.target.ns, following.pod}, over,
                                 time.left(), "Pod " + following.pod + " does not end"));
  PodEnd result{.succeeded = phase_of(end) == "Succeeded"};
  if (result.succeeded) note_pod_clocks(context, following.step, end, recovery_container);
  if (phase_of(end) == "Failed" && find(end, "metadata.deletionTimestamp") == nullptr) {
    std::optional<cnpg::RecoveryFailure> const cause = failure_of(following);
    result.may_pass = !cause || cause->may_pass;
    result.failure = error_of(following, end);
  }
  co_return result;
}

/// `first_failure`: of the first pod that the Job replaced.
Task<Result<>> follow_pods(RunContext& context, std::string step, std::string cluster, TimeLeft time,
                           std::optional<Error>& first_failure) {
  std::set<std::string> followed;
  std::set<std::string> marked;
  context.waiting(step, "a pod that recovers Cluster " + cluster);
  while (true) {
    CO_TRY(json::value const pod, co_await next_pod(context, cluster, followed));
    followed.insert(kube::uid_of(pod));
    Following following{.context = context, .step = step, .pod = kube::name_of(pod), .marked = marked};
    context.waiting(step, "the recovery in pod " + following.pod + " to end");
    CO_TRY(PodEnd const end, co_await follow_pod(following, pod, time));
    if (end.succeeded) {
      context.witness(step,
                      {.seen = !marked.empty(),
                       .channel = "log of pod " + following.pod,
                       .expected = "the stages of a recovery",
                       .observed = marked.empty() ? "none" : join({marked.begin(), marked.end()}, ", ")});
      co_return Result<>();
    }
    if (!end.failure) continue;
    if (!end.may_pass) co_return fail(*end.failure);
    context.mark("recovery-pod-failed", step, "pod " + following.pod, "", end.failure->why);
    context.waiting(step, "another pod that recovers Cluster " + cluster, end.failure->why);
    if (!first_failure) first_failure = end.failure;
  }
}

}  // namespace

Task<Result<>> follow_recovery(RunContext& context, std::string step, std::string cluster, TimeLeft time) {
  std::optional<Error> first_failure;
  Task<Result<>> following = follow_pods(context, std::move(step), cluster, time, first_failure);
  Result<> const followed = co_await with_deadline(std::move(following), time.left(),
                                                   "recovery of Cluster " + cluster + " does not end");
  if (followed || !first_failure || followed.error().kind != ErrorKind::timeout) co_return followed;
  first_failure->why += "; the pods after it came no further: " + followed.error().what;
  co_return fail(*first_failure);
}

}  // namespace pgdrill::steps
