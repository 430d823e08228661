// random: a moment that the seed decides.
#include "harness/engine/registry.hpp"

namespace pgdrill::triggers {

namespace {

using scenario::ParameterType;

std::string why_never(scenario::Parameters const& parameters) {
  if (parameters.duration("from") <= parameters.duration("within")) return "";
  return "'from' (" + parameters.text("from") + ") is later than 'within' (" + parameters.text("within") +
         ")";
}

class Random final : public engine::Trigger {
 public:
  static scenario::Declaration describe() {
    return {.name = "random",
            .summary = "A moment between two durations after the item was reached, decided by the seed",
            .parameters = {{"within", ParameterType::duration, true, "", "At the latest after so long."},
                           {"from", ParameterType::duration, false, "0s", "At the earliest after so long."}},
            .contradiction = &why_never};
  }

  bool holds(scenario::TriggerSpec const& spec, json::value const& observation) override {
    static_cast<void>(spec);
    return get_int(observation, "elapsed_ns") >= get_int(observation, "chosen_ns");
  }

  Task<Result<>> feed(engine::RunContext& context, scenario::TriggerSpec const& spec,
                      engine::Look look) override {
    Duration const from = spec.parameters.duration("from");
    double const width = static_cast<double>((spec.parameters.duration("within") - from).count());
    double const fraction = engine::random_fraction(context.seed, "trigger of " + spec.owner);
    Duration const chosen = from + Duration(static_cast<std::int64_t>(std::max(width, 0.0) * fraction));
    Monotonic const begun = std::chrono::steady_clock::now();
    co_await sleep_until(begun + chosen);
    look(json::object{{"chosen_ns", chosen.count()},
                      {"elapsed_ns", (std::chrono::steady_clock::now() - begun).count()}});
    co_return Result<>();
  }
};

engine::RegisterTrigger<Random> const registered;

}  // namespace

}  // namespace pgdrill::triggers
