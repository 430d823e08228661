#include "harness/engine/await_trigger.hpp"

namespace pgdrill::engine {

Task<Result<Fired>> await_trigger(RunContext& context, scenario::TriggerSpec const& spec,
                                  std::vector<Entry<Trigger>> const& triggers) {
  Entry<Trigger> const* const entry = find_entry(triggers, spec.kind);
  if (entry == nullptr) {
    co_return fail({.kind = ErrorKind::internal,
                    .what = "cannot wait for '" + spec.kind + "'",
                    .where = spec.location.text(),
                    .why = "there is no such trigger"});
  }
  std::unique_ptr<Trigger> const trigger = entry->make();
  Fired fired;
  bool seen = false;
  Look look = [&](json::value observation) {
    std::int64_t const now = context.journal.elapsed_ns();
    if (seen) return true;
    if (!trigger->holds(spec, observation)) {
      fired.unmet_ns = get_int(observation, "asked_ns", now);
      return false;
    }
    seen = true;
    fired.condition_ns = now;
    fired.at = get_string(observation, "at");
    fired.observed = std::move(observation);
    return true;
  };
  CO_TRY_VOID(co_await trigger->feed(context, spec, look));
  if (seen) co_return fired;
  co_return fail({.kind = ErrorKind::refused,
                  .what = "trigger '" + trigger_text(spec) + "' cannot fire any more",
                  .where = spec.location.text(),
                  .why = "what it watches has ended"});
}

std::string trigger_text(scenario::TriggerSpec const& spec) {
  std::string text = spec.kind;
  for (auto const& [name, value] : spec.parameters.values()) {
    if (value.is_null()) continue;
    text += " " + std::string(name) + "=" +
            (value.is_string() ? std::string(value.get_string()) : json::serialize(value));
  }
  return text;
}

}  // namespace pgdrill::engine
