#include "probes/load_limits.hpp"

#include <algorithm>
#include <thread>

namespace pgdrill::probes {

namespace {
/// More than that are no help to a digest, and a load that nobody wants.
constexpr std::int64_t most_connections = 8;
}  // namespace

std::vector<scenario::ParameterDeclaration> load_parameters() {
  using scenario::ParameterType;
  return {{"connections", ParameterType::integer, false, "2",
           "connections that read content at the same time, 8 at most"},
          {"statements_per_second", ParameterType::number, false, "0",
           "most statements per second that read content, of all connections together; 0: no limit"},
          {"lock_timeout", ParameterType::duration, false, "2s",
           "longest wait for a table's lock to read its content"},
          {"prefer_replica", ParameterType::boolean, false, "false",
           "reads content through the Service <cluster>-ro while it answers"}};
}

engine::LoadLimits load_limits(scenario::Parameters const& parameters) {
  return {.connections = static_cast<int>(
              std::clamp<std::int64_t>(parameters.integer("connections"), 1, most_connections)),
          .statements_per_second = parameters.number("statements_per_second"),
          .lock = parameters.duration("lock_timeout")};
}

void limit(DigestLimits& digest, engine::LoadLimits const& limits) {
  digest.connections = limits.connections;
  digest.statements_per_second = limits.statements_per_second;
  digest.lock = limits.lock;
}

void Pace::wait() {
  if (per_second_ <= 0) return;
  std::unique_lock lock(mutex_);
  Monotonic const mine = std::max(next_, std::chrono::steady_clock::now());
  next_ = mine + std::chrono::nanoseconds(static_cast<std::int64_t>(1e9 / per_second_));
  lock.unlock();
  std::this_thread::sleep_until(mine);
}

}  // namespace pgdrill::probes
