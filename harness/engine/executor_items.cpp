// Items of a scenario: in order, side by side, or beside a step; each wrapped in deadline, journal and
// cancellation.
#include <algorithm>

#include "harness/engine/executor.hpp"

namespace pgdrill::engine {

using Sort = scenario::StepSpec::Sort;

Task<> Executor::run_all(Scope& probe_scope) {
  probe_scope_ = &probe_scope;
  bool const passed = co_await run_items(settings_.scenario.steps);
  for (KeptFault const& kept : kept_) check_dose(*kept.spec, true, kept.effect);
  if (passed && probes_started_) static_cast<void>(co_await steady("after"));
  probe_scope.cancel();
}

Task<bool> Executor::run_items(std::vector<Item> const& items) {
  for (Item const& item : items) {
    bool const passed = co_await run_item(item);
    if (!passed) co_return false;
  }
  co_return true;
}

Task<bool> Executor::run_item(Item const& item) {
  if (item.sort == Sort::sequence) co_return co_await run_items(item.children);
  bool const ready = co_await ready_for(item);
  if (!ready) co_return false;
  if (item.sort == Sort::parallel) co_return co_await run_parallel(item);
  if (item.sort == Sort::fault) co_return co_await run_fault(item);
  if (item.during.empty()) co_return co_await run_step(item);
  co_return co_await run_with_company(item);
}

Task<> Executor::run_branch(Item const& item, Scope& scope, bool& passed) {
  bool const one = co_await run_item(item);
  if (one) co_return;
  passed = false;
  scope.cancel();
}

Task<bool> Executor::run_parallel(Item const& item) {
  bool passed = true;
  std::function<Task<>(Scope&)> body = [&](Scope& scope) -> Task<> {
    for (Item const& child : item.children) scope.spawn(child.id, run_branch(child, scope, passed));
    return scope.join();
  };
  co_await with_scope(std::move(body));
  co_return passed;
}

Task<> Executor::run_main(Item const& item, Scope& scope, bool& passed) {
  bool const one = co_await run_step(item);
  if (!one) passed = false;
  scope.cancel();  // what stands beside the step ends with it
}

Task<bool> Executor::run_with_company(Item const& item) {
  bool passed = true;
  std::function<Task<>(Scope&)> body = [&](Scope& scope) -> Task<> {
    for (Item const& child : item.during) scope.spawn(child.id, run_branch(child, scope, passed));
    scope.spawn(item.id, run_main(item, scope, passed));
    return scope.join();
  };
  co_await with_scope(std::move(body));
  co_return passed;
}

bool Executor::observed(Item const& item) const {
  if (item.sort == Sort::fault) return true;
  if (item.sort == Sort::step) return steps_.at(&item)->observed() || !item.during.empty();
  return std::any_of(item.children.begin(), item.children.end(),
                     [this](Item const& child) { return observed(child); });
}

/// Probes and watchers start before the first item that is observed.
Task<bool> Executor::ready_for(Item const& item) {
  if (probes_started_ || !observed(item)) co_return true;
  Result<> const started = co_await start_probes();
  if (!started) {
    end_.error = started.error();
    co_return false;
  }
  bool const is_steady = co_await steady("before");
  if (!is_steady) co_return false;
  for (std::size_t i = 0; i < settings_.scenario.abort_when.size(); ++i) {
    probe_scope_->spawn("abort-when", watch_abort(i));
  }
  co_return true;
}

Task<Result<StepOutcome>> Executor::perform(Item const& item) {
  if (item.when) CO_TRY_VOID(co_await wait_for(item));
  co_return co_await steps_.at(&item)->run(context_, item);
}

Task<bool> Executor::run_step(Item const& item) {
  start_item(item);
  Monotonic const started = std::chrono::steady_clock::now();
  auto const spent = [started] { return std::chrono::steady_clock::now() - started; };
  std::exception_ptr problem;
  try {
    Task<Result<StepOutcome>> running = perform(item);
    Result<StepOutcome> outcome =
        co_await with_deadline(std::move(running), item.timeout, "step '" + item.id + "' did not end");
    if (outcome) {
      finish_item(item, outcome->passed ? "ok" : "failed", spent(), std::move(outcome->outputs), {});
      if (!outcome->passed) end_.status = "failed";
      co_return outcome->passed;
    }
    finish_item(item, "error", spent(), {}, outcome.error());
    if (!end_.error) end_.error = outcome.error();
    co_return false;
  } catch (...) {
    problem = std::current_exception();
  }
  bool const cancelled = is_cancellation(problem);
  finish_item(item, cancelled ? "cancelled" : "error", spent(), {}, {});
  std::rethrow_exception(problem);
}

}  // namespace pgdrill::engine
