// Conditions on observed state: waited for, required, or forbidden.
#include "harness/engine/executor.hpp"

namespace pgdrill::engine {

Task<Result<Fired>> Executor::wait_for(Item const& spec) {
  context_.waiting(spec.id, "'" + trigger_text(*spec.when) + "' to hold", "its trigger");
  CO_TRY(Fired const fired, co_await await_trigger(context_, *spec.when, *settings_.triggers));
  json::object fields{{"step", spec.id},
                      {"condition", trigger_text(*spec.when)},
                      {"condition_ns", fired.condition_ns},
                      {"observed", fired.observed}};
  if (fired.unmet_ns) fields["unmet_ns"] = *fired.unmet_ns;
  if (!fired.at.empty()) fields["at"] = fired.at;
  settings_.journal->write("trigger", std::move(fields));
  co_return fired;
}

Task<bool> Executor::steady(std::string_view when) {
  for (scenario::TriggerSpec const& condition : settings_.scenario.steady_state) {
    Task<Result<Fired>> asked = await_trigger(context_, condition, *settings_.triggers);
    Result<Fired> const held = co_await with_deadline(std::move(asked), settings_.steady_limit,
                                                      "'" + trigger_text(condition) + "' does not hold");
    bool const cannot_tell = !held && held.error().kind != ErrorKind::timeout;
    std::string const name = steady_state_check(when);
    std::string const observed = held          ? json::serialize(held->observed)
                                 : cannot_tell ? ::pgdrill::describe(held.error())
                                               : "not within " + format_duration(settings_.steady_limit);
    if (when == "after") {
      if (cannot_tell) {
        context_.undecided(name, "steady-state", "", trigger_text(condition), observed);
      } else {
        context_.check(name, "steady-state", "", held.has_value(), trigger_text(condition), observed);
      }
      continue;
    }
    if (held) {
      context_.check(name, "steady-state", "", true, trigger_text(condition), observed);
      continue;
    }
    end_.error = Error{.kind = ErrorKind::refused,
                       .what = "the system is not in its steady state, so that nothing would be proved",
                       .where = condition.location.text(),
                       .why = "expected " + trigger_text(condition) + "; " + observed,
                       .todo = "mend the system, or the condition"};
    co_return false;
  }
  co_return true;
}

Task<> Executor::watch_abort(std::size_t index) {
  scenario::TriggerSpec const& condition = settings_.scenario.abort_when[index];
  Result<Fired> const fired = co_await await_trigger(context_, condition, *settings_.triggers);
  Error error = fired ? Error{.kind = ErrorKind::refused,
                              .what = "the drill was aborted",
                              .where = condition.location.text(),
                              .why = "abort-when: " + trigger_text(condition)}
                      : fired.error();
  // A guard that cannot watch guards nothing.
  if (!fired) error.what = "abort-when cannot be watched: " + error.what;
  json::object fields{{"condition", trigger_text(condition)}};
  if (fired) {
    fields["condition_ns"] = fired->condition_ns;
    fields["observed"] = fired->observed;
  } else {
    fields["error"] = to_json(error);
  }
  settings_.journal->write("abort", std::move(fields));
  stop(std::move(error));
}

}  // namespace pgdrill::engine
