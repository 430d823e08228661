// mark: a moment of the run itself: "damage-done", "revert-pushed", "cut-over" (harness/engine/journal.hpp).
#include "harness/triggers/marks.hpp"

namespace pgdrill::triggers {

namespace {

class MarkTrigger final : public engine::Trigger {
 public:
  static scenario::Declaration describe() {
    return {
        .name = "mark",
        .summary = "The run has come to a moment that its journal marks",
        .parameters = {{"name", scenario::ParameterType::text, true, "",
                        "The mark: migration-pushed, damage-done, detected, revert-pushed, revert-applied, "
                        "cluster-ready, cut-over, reconnected, verified, ..."}}};
  }

  bool holds(scenario::TriggerSpec const& spec, json::value const& mark) override {
    return get_string(mark, "name") == spec.parameters.text("name");
  }

  Task<Result<>> feed(engine::RunContext& context, scenario::TriggerSpec const& spec,
                      engine::Look look) override {
    static_cast<void>(spec);
    co_return co_await feed_marks(context, std::move(look));
  }
};

engine::RegisterTrigger<MarkTrigger> const registered;

}  // namespace

}  // namespace pgdrill::triggers
