// The life of a container: start, watch, restart.
#include "harness/sandbox/kubelet/container.hpp"

#include <fmt/format.h>
#include <signal.h>

#include <algorithm>

#include "harness/sandbox/kubelet/layout.hpp"
#include "harness/sandbox/kubelet/leftovers.hpp"

namespace pgdrill::sandbox {
namespace {

// https://kubernetes.io/docs/concepts/workloads/pods/pod-lifecycle/#restart-policy: the first restart is at
// once, then 10 s, 20 s, ... up to 5 minutes; ten minutes without a failure start it anew.
constexpr auto first_back_off = std::chrono::seconds(10);
constexpr auto longest_back_off = std::chrono::minutes(5);
// How soon to try again to start what could not be started (a Secret that is missing, say).
constexpr auto start_retry = std::chrono::seconds(2);
constexpr auto kill_pause = std::chrono::milliseconds(5);
constexpr int kill_attempts = 400;

Duration back_off_after(int restarts) {
  Duration delay = restarts == 0 ? Duration::zero() : Duration(first_back_off);
  for (int restart = 1; restart < restarts && delay < longest_back_off; ++restart) delay *= 2;
  return std::min<Duration>(delay, longest_back_off);
}

}  // namespace

void PodContext::event(std::string const& type, std::string const& reason, std::string const& message) {
  store.record_event(object, type, reason, message);
}

Task<> Container::run() {
  while (!pod_.stopping) {
    auto const started = start();
    if (!started) {
      state_.stage = ContainerState::Stage::waiting;
      state_.reason = started.error().code.empty() ? "CreateContainerError" : started.error().code;
      state_.message = started.error().why;
      pod_.event("Warning", "Failed", "Error: " + started.error().why);
      pod_.publish();
      co_await pod_.wake.wait(std::chrono::steady_clock::now() + start_retry);
      continue;
    }
    pod_.publish();
    std::function<Task<>(Scope&)> body = [this](Scope& scope) { return watch(scope); };
    co_await with_scope(std::move(body));
    if (pod_.stopping || !to_restart()) break;
    bool const go_on = co_await back_off();
    if (!go_on) break;
    ++state_.restarts;
  }
  pod_.publish();
  pod_.wake.notify();
}

Task<> Container::watch(Scope& scope) {
  scope.spawn("readiness probe", probe_readiness());
  scope.spawn("liveness probe", probe_liveness());
  int const exit_code = co_await process_->wait();
  scope.cancel();
  // As with a container's PID namespace: when the main process ends, all others end.
  co_await kill_rest();
  ended(exit_code);
}

Task<> Container::kill_rest() {
  for (int attempt = 0; attempt < kill_attempts; ++attempt) {
    std::vector<pid_t> const left = processes_of_container(state_.id);
    if (left.empty()) co_return;
    kill_processes(left);
    co_await sleep_for(kill_pause);
  }
}

void Container::ended(int exit_code) {
  state_.stage = ContainerState::Stage::terminated;
  state_.exit_code = exit_code;
  state_.reason = exit_code == 0 ? "Completed" : "Error";
  state_.message.clear();
  state_.finished_at = wall_now();
  state_.ready = false;
  state_.started = false;
  pod_.publish();
  pod_.wake.notify();
}

bool Container::to_restart() const {
  std::string const policy = get_string(pod_.object, "spec.restartPolicy", "Always");
  if (policy == "Never") return false;
  return state_.exit_code != 0 || (policy == "Always" && !init_);
}

Task<bool> Container::back_off() {
  state_.last_state = state_of(state_);
  Duration const delay = back_off_after(state_.restarts);
  if (delay > Duration::zero()) {
    ContainerState const before = state_;
    state_.stage = ContainerState::Stage::waiting;
    state_.reason = "CrashLoopBackOff";
    state_.message = fmt::format("back-off {} restarting failed container={} pod={}_{}({})",
                                 format_duration(delay), name(), kube::name_of(pod_.object),
                                 get_string(pod_.object, "metadata.namespace"), kube::uid_of(pod_.object));
    pod_.event("Warning", "BackOff",
               fmt::format("Back-off restarting failed container {} in pod {}_{}({})", name(),
                           kube::name_of(pod_.object), get_string(pod_.object, "metadata.namespace"),
                           kube::uid_of(pod_.object)));
    pod_.publish();
    Monotonic const until = std::chrono::steady_clock::now() + delay;
    while (!pod_.stopping && std::chrono::steady_clock::now() < until) co_await pod_.wake.wait(until);
    if (pod_.stopping) state_ = before;
  }
  co_return !pod_.stopping;
}

void Container::signal(int number) {
  if (process_) process_->signal(number);
}

void Container::kill() {
  if (!running()) return;
  // The main process goes with the others: alone it would take them along before their shared memory is
  // noted.
  kill_processes(processes_of_container(state_.id));
  signal(SIGKILL);
}

std::filesystem::path Container::log_file(bool previous) const {
  return log_file_of(pod_.environment, pod_.object, name(), state_.restarts - (previous ? 1 : 0));
}

}  // namespace pgdrill::sandbox
