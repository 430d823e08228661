// query: a query of the application gives an answer.
#include "harness/engine/permissions.hpp"
#include "harness/triggers/feeds.hpp"

namespace pgdrill::triggers {

namespace {

using scenario::ParameterType;

class Query final : public engine::Trigger {
 public:
  static scenario::Declaration describe() {
    return {.name = "query",
            .summary = "A query through the application's Service gives an answer",
            .parameters = {{"sql", ParameterType::text, true, "", "One query with one value."},
                           {"expect", ParameterType::text, false, "t",
                            "The value, as PostgreSQL writes it as text."}},
            .permissions = engine::database_permissions()};
  }

  bool holds(scenario::TriggerSpec const& spec, json::value const& observation) override {
    return get_string(observation, "value") == spec.parameters.text("expect");
  }

  Task<Result<>> feed(engine::RunContext& context, scenario::TriggerSpec const& spec,
                      engine::Look look) override {
    co_return co_await feed_query(context, spec.parameters.text("sql"), std::move(look));
  }
};

engine::RegisterTrigger<Query> const registered;

}  // namespace

}  // namespace pgdrill::triggers
