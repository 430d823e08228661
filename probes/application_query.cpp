// A query of the application with an answer that never changes while the data are right.
#include "probes/overlapping.hpp"

namespace pgdrill::probes {

namespace {

Task<Outcome> ask(Link& link, std::string sql, std::string expected, Duration timeout) {
  auto const rows = co_await link.query(std::move(sql), {}, timeout);
  co_return judge(rows, expected);
}

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
    std::string const sql = spec.parameters.text("sql");
    std::string const expected = spec.parameters.text("expect");
    auto const timeout = spec.parameters.duration("timeout");
    co_await call_on_schedule(
        context, spec.name,
        {.name = "query",
         .every = spec.parameters.duration("every"),
         .deadline = timeout,
         .make_link = link_maker(context, spec, spec.parameters.duration("lifetime")),
         .call = [&sql, &expected, timeout](Link& link) { return ask(link, sql, expected, timeout); }});
  }
};

engine::RegisterProbe<ApplicationQuery> const registered;

}  // namespace

}  // namespace pgdrill::probes
