#include "harness/steps/recovery_progress.hpp"

#include <set>

#include "harness/cnpg/recovery_log.hpp"

namespace pgdrill::steps {

namespace {

using engine::RunContext;

constexpr char const* recovery_container = "full-recovery";

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

Task<> follow_log(RunContext& context, std::string const& step, std::string pod, cnpg::RecoveryLog& log,
                  std::set<std::string>& marked) {
  Result<std::unique_ptr<kube::LogStream>> const stream = co_await context.kube->follow_logs(
      context.target.ns, pod, {.container = recovery_container, .follow = true});
  if (!stream) co_return;  // the pod's end tells the rest
  while (true) {
    Result<std::optional<std::string>> const line = co_await (*stream)->next_line();
    if (!line || !*line) co_return;
    std::optional<cnpg::RecoveryMark> const mark = log.feed(**line);
    if (!mark) continue;
    std::string const name(cnpg::name_of(mark->stage));
    if (marked.insert(name).second) context.mark(name, step, "pod " + pod, mark->at, mark->detail);
  }
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
    cnpg::RecoveryLog log;
    co_await follow_log(context, step, name, log, marked);
    auto const over = [uid](json::value const* now) {
      return now == nullptr || kube::uid_of(*now) != uid || is_over(*now);
    };
    CO_TRY(json::value const end,
           co_await kube::wait_for(*context.kube, {kube::pod_type, context.target.ns, name}, over,
                                   time.left(), "Pod " + name + " does not end"));
    if (phase_of(end) == "Succeeded") co_return Result<>();
    if (phase_of(end) == "Failed" && find(end, "metadata.deletionTimestamp") == nullptr) {
      co_return fail(failure_of(log, name));
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
