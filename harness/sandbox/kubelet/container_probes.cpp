// When a container is started, ready and alive.
#include <fmt/format.h>
#include <signal.h>

#include "harness/sandbox/kubelet/container.hpp"
#include "harness/sandbox/kubelet/probe.hpp"

namespace pgdrill::sandbox {
namespace {

struct ProbeTimes {
  Duration period;
  std::int64_t successes;
  std::int64_t failures;
};

ProbeTimes times_of(json::value const& probe) {
  return {std::chrono::seconds(get_int(probe, "periodSeconds", 10)), get_int(probe, "successThreshold", 1),
          get_int(probe, "failureThreshold", 3)};
}

}  // namespace

Task<> Container::probe_readiness() {
  StartCommand const start = [this](std::vector<std::string> command) { return exec(std::move(command)); };
  json::value const spec = spec_;
  if (auto const* startup = find(spec, "startupProbe")) {
    ProbeTimes const times = times_of(*startup);
    co_await sleep_for(std::chrono::seconds(get_int(*startup, "initialDelaySeconds")));
    std::int64_t failures = 0;
    while (!state_.started) {
      std::string const problem = co_await try_probe(*startup, spec, pod_.ip, start);
      state_.started = problem.empty();
      if (state_.started) break;
      pod_.event("Warning", "Unhealthy", "Startup probe failed: " + problem);
      if (++failures >= times.failures) signal(SIGTERM);
      co_await sleep_for(times.period);
    }
    state_.ready = find(spec, "readinessProbe") == nullptr;
    pod_.publish();
    pod_.wake.notify();
  }
  auto const* probe = find(spec, "readinessProbe");
  if (probe == nullptr) co_return;
  ProbeTimes const times = times_of(*probe);
  co_await sleep_for(std::chrono::seconds(get_int(*probe, "initialDelaySeconds")));
  std::int64_t successes = 0;
  std::int64_t failures = 0;
  while (running()) {
    std::string const problem = co_await try_probe(*probe, spec, pod_.ip, start);
    if (!problem.empty() && !pod_.stopping) {
      pod_.event("Warning", "Unhealthy", "Readiness probe failed: " + problem);
    }
    successes = problem.empty() ? successes + 1 : 0;
    failures = problem.empty() ? 0 : failures + 1;
    bool const ready = state_.ready ? failures < times.failures : successes >= times.successes;
    if (ready != state_.ready) {
      state_.ready = ready;
      pod_.publish();
    }
    co_await sleep_for(times.period);
  }
}

Task<> Container::probe_liveness() {
  StartCommand const start = [this](std::vector<std::string> command) { return exec(std::move(command)); };
  json::value const spec = spec_;
  auto const* probe = find(spec, "livenessProbe");
  if (probe == nullptr) co_return;
  while (!state_.started) co_await pod_.wake.wait();
  ProbeTimes const times = times_of(*probe);
  co_await sleep_for(std::chrono::seconds(get_int(*probe, "initialDelaySeconds")));
  for (std::int64_t failures = 0; failures < times.failures;) {
    std::string const problem = co_await try_probe(*probe, spec, pod_.ip, start);
    failures = problem.empty() ? 0 : failures + 1;
    if (!problem.empty()) pod_.event("Warning", "Unhealthy", "Liveness probe failed: " + problem);
    if (failures < times.failures) co_await sleep_for(times.period);
  }
  if (pod_.stopping) co_return;
  pod_.event("Normal", "Killing",
             fmt::format("Container {} failed liveness probe, will be restarted", name()));
  signal(SIGTERM);
  co_await sleep_for(std::chrono::seconds(get_int(pod_.object, "spec.terminationGracePeriodSeconds", 30)));
  kill();
}

}  // namespace pgdrill::sandbox
