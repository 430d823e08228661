// after: a time has passed since the item was reached.
#include "harness/engine/registry.hpp"

namespace pgdrill::triggers {

namespace {

class After final : public engine::Trigger {
 public:
  static scenario::Declaration describe() {
    return {.name = "after",
            .summary = "A time has passed since the item was reached",
            .parameters = {{"for", scenario::ParameterType::duration, true, "", "How long."}}};
  }

  bool holds(scenario::TriggerSpec const& spec, json::value const& observation) override {
    return get_int(observation, "elapsed_ns") >= spec.parameters.duration("for").count();
  }

  Task<Result<>> feed(engine::RunContext& context, scenario::TriggerSpec const& spec,
                      engine::Look look) override {
    static_cast<void>(context);
    Monotonic const begun = std::chrono::steady_clock::now();
    co_await sleep_until(begun + spec.parameters.duration("for"));
    look(json::object{{"elapsed_ns", (std::chrono::steady_clock::now() - begun).count()}});
    co_return Result<>();
  }
};

engine::RegisterTrigger<After> const registered;

}  // namespace

}  // namespace pgdrill::triggers
