#include "harness/steps/steady_clients.hpp"

#include <algorithm>

#include "harness/engine/facts.hpp"

namespace pgdrill::steps {

namespace {

constexpr Duration look_interval = std::chrono::milliseconds(20);

}  // namespace

SteadyClients::SteadyClients(engine::RunContext& context)
    : context_(context), began_ns_(context.journal.elapsed_ns()) {}

bool SteadyClients::steady(std::int64_t stretch_ns) const {
  std::int64_t since = began_ns_;
  auto fact = context_.facts.lower_bound(std::string(engine::facts::answers_prefix));
  for (; fact != context_.facts.end() && fact->first.starts_with(engine::facts::answers_prefix); ++fact) {
    if (!get_bool(fact->second, "right")) return false;
    since = std::max(since, get_int(fact->second, "other_ns"));
  }
  return context_.journal.elapsed_ns() - since >= stretch_ns;
}

Task<bool> SteadyClients::wait(Duration stretch, Monotonic end) const {
  while (!steady(stretch.count())) {
    if (std::chrono::steady_clock::now() >= end) co_return false;
    co_await sleep_for(look_interval);
  }
  co_return true;
}

}  // namespace pgdrill::steps
