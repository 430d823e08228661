// probe-state: what a probe of the scenario sees, now or for a time.
#include "harness/triggers/feeds.hpp"

namespace pgdrill::triggers {

namespace {

using scenario::ParameterType;

class ProbeState final : public engine::Trigger {
 public:
  static scenario::Declaration describe() {
    return {
        .name = "probe-state",
        .summary = "A probe answers rightly, wrongly, or not at all, without a break for a time",
        .parameters = {
            {.name = "probe",
             .required = true,
             .help = "Name of the probe.",
             .refers_to = scenario::Named::probe},
            {"is", ParameterType::text, true, "", "right, wrong or failed.", {"right", "wrong", "failed"}},
            {"class", ParameterType::text, false, "",
             "Only samples of this class, as the journal names them; default: all."},
            {"for", ParameterType::duration, false, "0s", "How long without a break."}}};
  }

  bool holds(scenario::TriggerSpec const& spec, json::value const& sample) override {
    if (get_string(sample, "probe") != spec.parameters.text("probe")) return false;
    if (sample.as_object().contains("overtaken")) return false;
    std::string const wanted = spec.parameters.text("class");
    if (!wanted.empty() && get_string(sample, "class") != wanted) return false;
    std::int64_t const scheduled = get_int(sample, "scheduled_ns");
    std::int64_t const ended = get_int(sample, "ended_ns");
    if (get_string(sample, "status") != spec.parameters.text("is")) {
      since_.reset();
      return false;
    }
    if (!since_) since_ = scheduled;
    return ended - *since_ >= spec.parameters.duration("for").count();
  }

  Task<Result<>> feed(engine::RunContext& context, scenario::TriggerSpec const& spec,
                      engine::Look look) override {
    static_cast<void>(spec);
    co_return co_await feed_events(context, "sample", std::move(look));
  }

 private:
  std::optional<std::int64_t> since_;  ///< since when it is so, in ns since the start of the run
};

engine::RegisterTrigger<ProbeState> const registered;

}  // namespace

}  // namespace pgdrill::triggers
