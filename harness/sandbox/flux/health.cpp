#include "harness/sandbox/flux/health.hpp"

#include <fmt/format.h>

#include "harness/base/text.hpp"

namespace pgdrill::sandbox {

namespace {

bool condition_holds(json::value const& object, std::string_view type) {
  json::value const* const condition = kube::condition_of(object, type);
  return condition != nullptr && get_string(*condition, "status") == "True";
}

std::string_view word(Health health) {
  return health == Health::failed ? "Failed" : health == Health::current ? "Current" : "InProgress";
}

/// Those that are not current yet, in Flux's words; sets `failed` when one cannot become so.
std::vector<std::string> not_current(Store& store, std::vector<Applied> const& applied, bool& failed) {
  std::vector<std::string> waiting;
  for (Applied const& one : applied) {
    Result<json::value> const object = store.get(one.type, one.ns, one.name);
    Health const health = object ? health_of(*object, one.type) : Health::in_progress;
    if (health == Health::current) continue;
    failed = failed || health == Health::failed;
    waiting.push_back(fmt::format("{} status: '{}'", one.text(), object ? word(health) : "NotFound"));
  }
  return waiting;
}

Task<Result<>> wait_until_current(Store& store, std::vector<Applied> applied,
                                  std::vector<std::string>& waiting) {
  Result<std::unique_ptr<Store::Subscription>> subscription = store.subscribe(store.version());
  Monotonic const begun = std::chrono::steady_clock::now();
  while (true) {
    bool failed = false;
    waiting = not_current(store, applied, failed);
    if (waiting.empty()) co_return Result<>();
    if (failed) {
      co_return fail(
          {.kind = ErrorKind::invalid,
           .what = fmt::format("health check failed after {:.3f}s: failed early due to stalled resources",
                               to_seconds(std::chrono::steady_clock::now() - begun)),
           .why = "[" + join(waiting, ", ") + "]"});
    }
    Result<StoreEvent> event = co_await (*subscription)->next();
    if (!event) subscription = store.subscribe(store.version());
  }
}

}  // namespace

Health health_of(json::value const& object, kube::ResourceType const& type) {
  if (type == kube::job_type) {
    if (condition_holds(object, "Failed")) return Health::failed;
    return condition_holds(object, "Complete") ? Health::current : Health::in_progress;
  }
  if (type == kube::cluster_type || type == kube::pod_type) {
    return condition_holds(object, "Ready") ? Health::current : Health::in_progress;
  }
  return Health::current;
}

Task<Result<>> wait_healthy(Store& store, std::vector<Applied> applied, Duration limit) {
  std::vector<std::string> waiting;
  Result<> result =
      co_await with_deadline(wait_until_current(store, std::move(applied), waiting), limit, "health check");
  if (!result && result.error().kind == ErrorKind::timeout) {
    co_return fail({.kind = ErrorKind::timeout,
                    .what = "health check failed after " + format_duration(limit) + ": timeout waiting for",
                    .why = "[" + join(waiting, ", ") + "]"});
  }
  co_return result;
}

}  // namespace pgdrill::sandbox
