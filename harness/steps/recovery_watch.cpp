#include "harness/steps/recovery_watch.hpp"

#include <algorithm>

#include "harness/base/scope.hpp"
#include "harness/base/text.hpp"
#include "harness/cnpg/cluster_view.hpp"

namespace pgdrill::steps {

namespace {

/// What the log follower and the status watcher share.
struct Progress {
  engine::RunContext& context;
  std::string step;
  std::string cluster;
  cnpg::RecoveryLog log;
  bool started = false;
  std::optional<Error> failure;
};

bool is_recovery_pod(json::value const& pod) {
  // The jobRole label names it: full-recovery, or snapshot-recovery (cnpg: pkg/specs/jobs.go).
  return kube::label_of(pod, "cnpg.io/jobRole").ends_with("recovery");
}

std::string recovery_container(json::value const& pod) { return kube::label_of(pod, "cnpg.io/jobRole"); }

bool is_running_or_done(json::value const& pod) {
  std::string const phase = get_string(pod, "status.phase");
  return phase == "Running" || phase == "Succeeded" || phase == "Failed";
}

std::string_view mark_of(cnpg::RecoveryStage stage) {
  switch (stage) {
    case cnpg::RecoveryStage::base_restore_started:
      return "";
    case cnpg::RecoveryStage::base_restored:
      return "base-restored";
    case cnpg::RecoveryStage::replay_started:
      return "replay-started";
    case cnpg::RecoveryStage::recovery_stopping:
      return "replay-stopped";
    case cnpg::RecoveryStage::promoted:
      return "promoted";
  }
  return "";
}

void feed(Progress& progress, std::string const& pod, std::string const& line) {
  std::optional<cnpg::RecoveryMark> const mark = progress.log.feed(line);
  if (!mark || mark_of(mark->stage).empty()) return;
  progress.context.mark(mark_of(mark->stage), progress.step, "log of pod " + pod, mark->at, mark->detail);
}

/// Follows the log of one recovery pod to its end; a lost stream is taken up again from the beginning, since
/// the marks of a RecoveryLog come once.
Task<> follow_pod(Progress& progress, std::string pod, std::string container) {
  kube::LogOptions const options{.container = container, .follow = true};
  Result<std::unique_ptr<kube::LogStream>> stream =
      co_await progress.context.kube->follow_logs(progress.context.target.ns, pod, options);
  if (!stream) co_return;
  while (true) {
    Result<std::optional<std::string>> const line = co_await (*stream)->next_line();
    if (!line || !*line) co_return;
    feed(progress, pod, **line);
  }
}

/// The whole log of a pod that has failed, for its cause.
Task<Error> failure_of(Progress& progress, json::value const& pod) {
  std::string const name = kube::name_of(pod);
  std::string const where = "pod " + progress.context.target.ns + "/" + name;
  kube::LogOptions const options{.container = recovery_container(pod)};
  Result<std::string> const text =
      co_await progress.context.kube->logs(progress.context.target.ns, name, options);
  cnpg::RecoveryLog log;
  for (std::string const& line : split(text.value_or(""), '\n')) static_cast<void>(log.feed(line));
  if (std::optional<cnpg::RecoveryFailure> const failure = log.failure())
    co_return cnpg::to_error(*failure, where);
  co_return Error{.kind = ErrorKind::postgres,
                  .what = "the recovery failed",
                  .where = where,
                  .why = "its pod failed without an error in its log"};
}

Task<> watch_pods(Scope& scope, Progress& progress) {
  kube::ListOptions const mine{.label_selector = "cnpg.io/cluster=" + progress.cluster};
  std::unique_ptr<kube::Watch> const watch =
      progress.context.kube->watch(kube::pod_type, progress.context.target.ns, mine);
  std::vector<std::string> followed;
  while (true) {
    Result<kube::WatchEvent> const event = co_await watch->next();
    if (!event) {
      progress.failure = event.error();
      co_return;
    }
    json::value const& pod = event->object;
    if (!is_recovery_pod(pod) || !is_running_or_done(pod)) continue;
    std::string const uid = kube::uid_of(pod);
    if (std::find(followed.begin(), followed.end(), uid) == followed.end()) {
      followed.push_back(uid);
      if (!progress.started)
        progress.context.mark("recovery-started", progress.step, "pod " + kube::name_of(pod));
      progress.started = true;
      scope.spawn("recovery log", follow_pod(progress, kube::name_of(pod), recovery_container(pod)));
    }
    // A pod that somebody deletes on purpose is replaced by its Job; only one that failed by itself is a
    // failure.
    bool const failed =
        get_string(pod, "status.phase") == "Failed" && find(pod, "metadata.deletionTimestamp") == nullptr;
    if (failed && event->type != kube::WatchEvent::Type::deleted) {
      Error const failure = co_await failure_of(progress, pod);
      progress.failure = failure;
      co_return;
    }
  }
}

Task<> watch_status(Progress& progress) {
  kube::ListOptions const mine{.field_selector = "metadata.name=" + progress.cluster};
  std::unique_ptr<kube::Watch> const watch =
      progress.context.kube->watch(kube::cluster_type, progress.context.target.ns, mine);
  while (true) {
    Result<kube::WatchEvent> const event = co_await watch->next();
    if (!event) {
      progress.failure = event.error();
      co_return;
    }
    cnpg::ClusterView const view = cnpg::view_cluster(event->object);
    if (view.phase == cnpg::unrecoverable_phase) {
      progress.failure = Error{.kind = ErrorKind::postgres,
                               .what = "the recovery failed",
                               .where = "Cluster " + progress.context.target.ns + "/" + progress.cluster,
                               .why = view.phase_reason};
      co_return;
    }
    if (view.healthy) {
      progress.context.mark("cluster-ready", progress.step, "status of Cluster " + progress.cluster);
      co_return;
    }
  }
}

/// The status may be healthy before the last lines have come through the stream.
Task<> read_rest_of_logs(Progress& progress) {
  kube::ListOptions const mine{.label_selector = "cnpg.io/cluster=" + progress.cluster};
  Result<kube::ObjectList> const pods =
      co_await progress.context.kube->list(kube::pod_type, progress.context.target.ns, mine);
  if (!pods) co_return;
  for (json::value const& pod : pods->items) {
    if (!is_recovery_pod(pod)) continue;
    std::string const name = kube::name_of(pod);
    kube::LogOptions const options{.container = recovery_container(pod)};
    Result<std::string> const text =
        co_await progress.context.kube->logs(progress.context.target.ns, name, options);
    if (!text) continue;
    for (std::string const& line : split(*text, '\n')) feed(progress, name, line);
  }
}

/// Ends the scope when one of the watchers has decided.
Task<> decide(Scope& scope, Task<> watcher) {
  co_await std::move(watcher);
  scope.cancel();
}

Task<> watch_both(Scope& scope, Progress& progress) {
  scope.spawn("recovery pods", decide(scope, watch_pods(scope, progress)));
  scope.spawn("recovery status", decide(scope, watch_status(progress)));
  co_return;
}

}  // namespace

Task<Result<>> watch_recovery(engine::RunContext& context, std::string step, std::string cluster) {
  Progress progress{.context = context, .step = std::move(step), .cluster = std::move(cluster)};
  std::function<Task<>(Scope&)> body = [&](Scope& scope) { return watch_both(scope, progress); };
  co_await with_scope(std::move(body));
  if (progress.failure) co_return tl::make_unexpected(*progress.failure);
  co_await read_rest_of_logs(progress);
  co_return Result<>();
}

}  // namespace pgdrill::steps
