// mark: a moment of the run itself: "damage-done", "revert-pushed", "cut-over" (harness/engine/journal.hpp).
#include "harness/triggers/marks.hpp"

namespace pgdrill::triggers {

namespace {

class MarkTrigger final : public engine::Trigger {
 public:
  static scenario::Declaration describe() {
    return {.name = "mark",
            .summary = "The run has come to a moment that its journal marks",
            .parameters = {
                {.name = "name",
                 .required = true,
                 .help = "The mark: of a step mark, or one that another step writes by itself: damage-done, "
                         "revert-applied, cut-over, verified, ... (`pgdrill list steps NAME` names them).",
                 .refers_to = scenario::Named::mark}}};
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
