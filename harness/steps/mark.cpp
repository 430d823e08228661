// mark: a moment that has a name: what waits for it is released, and reports show it.
#include "harness/engine/registry.hpp"

namespace pgdrill::steps {

namespace {

using scenario::ParameterType;

class MarkStep final : public engine::Step {
 public:
  static scenario::Declaration describe() {
    return {.name = "mark",
            .summary = "Marks a moment in the journal, after a pause if one is given",
            .parameters = {{.name = "name",
                            .required = true,
                            .help = "The mark's name.",
                            .introduces = scenario::Named::mark},
                           {"after", ParameterType::duration, false, "0s", "How long to wait before."}}};
  }

  Task<Result<engine::StepOutcome>> run(engine::RunContext& context,
                                        scenario::StepSpec const& spec) override {
    Duration const pause = spec.parameters.duration("after");
    if (pause > Duration::zero()) context.waiting(spec.id, format_duration(pause) + " to pass");
    co_await sleep_for(pause);
    context.mark(spec.parameters.text("name"), spec.id, "scenario");
    co_return engine::StepOutcome{};
  }
};

engine::RegisterStep<MarkStep> const registered;

}  // namespace

}  // namespace pgdrill::steps
