// recovery-stage: how far a point-in-time recovery has come, by the recovery pod's log (cnpg::RecoveryLog).
#include "harness/triggers/marks.hpp"

namespace pgdrill::triggers {

namespace {

class RecoveryStage final : public engine::Trigger {
 public:
  static scenario::Declaration describe() {
    return {.name = "recovery-stage",
            .summary = "A recovery has come to a stage, as the recovery pod's log tells it",
            .parameters = {
                {.name = "stage",
                 .required = true,
                 .help = "The stage: restore-requested, recovery-started (the base backup is being copied), "
                         "base-restored, replay-started, replay-stopped (the target is reached, promotion "
                         "follows), promoted.",
                 .allowed = {"restore-requested", "recovery-started", "base-restored", "replay-started",
                             "replay-stopped", "promoted"},
                 .refers_to = scenario::Named::mark}}};
  }

  bool holds(scenario::TriggerSpec const& spec, json::value const& mark) override {
    return get_string(mark, "name") == spec.parameters.text("stage");
  }

  Task<Result<>> feed(engine::RunContext& context, scenario::TriggerSpec const& spec,
                      engine::Look look) override {
    static_cast<void>(spec);
    co_return co_await feed_marks(context, std::move(look));
  }
};

engine::RegisterTrigger<RecoveryStage> const registered;

}  // namespace

}  // namespace pgdrill::triggers
