// A query of the application with an answer that never changes while the data are right.
#include "probes/sampling.hpp"

namespace pgdrill::probes {

namespace {

class ApplicationQuery final : public engine::Probe {
 public:
  static scenario::Declaration describe() {
    auto parameters = common_parameters("200ms", "1s");
    parameters.push_back({"sql", scenario::ParameterType::text, true, "", "one query with one value"});
    parameters.push_back(
        {"expect", scenario::ParameterType::text, true, "", "the value, as PostgreSQL writes it as text"});
    parameters.push_back({"lifetime", scenario::ParameterType::duration, false, "1s",
                          "a connection is given up after this time, as a pool does"});
    return {.name = "application-query",
            .summary = "Runs a query of the application on a fixed schedule and compares its answer",
            .parameters = std::move(parameters),
            .permissions = database_permissions()};
  }

  Task<Result<>> prepare(engine::RunContext& context, scenario::ProbeSpec const& spec) override {
    // Reaching the service now tells a wrong name of service or secret before anything is broken. The answer
    // itself is no condition: the schema may be made by a later step.
    CO_TRY_VOID(co_await context.databases.reach(service_of(context, spec), secret_of(context, spec),
                                                 context.target.database));
    co_return Result<>();
  }

  Task<> run(engine::RunContext& context, scenario::ProbeSpec const& spec) override {
    Link link(context, service_of(context, spec), secret_of(context, spec),
              spec.parameters.duration("lifetime"));
    Sampler sampler(context, spec.name, "query", spec.parameters.duration("every"));
    std::string const expected = spec.parameters.text("expect");
    while (true) {
      co_await sampler.wait();
      auto const rows =
          co_await link.query(spec.parameters.text("sql"), {}, spec.parameters.duration("timeout"));
      sampler.record(judge(rows, expected));
    }
  }
};

engine::RegisterProbe<ApplicationQuery> const registered;

}  // namespace

}  // namespace pgdrill::probes
