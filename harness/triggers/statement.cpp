// statement: the n-th statement of a migration runs, or a later one, as pg_stat_activity shows it.
#include "harness/base/text.hpp"
#include "harness/engine/permissions.hpp"
#include "harness/triggers/feeds.hpp"
#include "harness/triggers/running_statement.hpp"

namespace pgdrill::triggers {

namespace {

// Between two queries in one text; occurs in no SQL.
constexpr char unit_separator = '\x1f';

class Statement final : public engine::Trigger {
 public:
  static scenario::Declaration describe() {
    return {.name = "statement",
            .summary = "A migration runs its n-th statement, or a later one, as pg_stat_activity shows it",
            .parameters = statement_parameters(),
            .permissions = engine::database_permissions()};
  }

  bool holds(scenario::TriggerSpec const& spec, json::value const& observation) override {
    static_cast<void>(spec);
    std::vector<std::string> const queries = split(get_string(observation, "value"), unit_separator);
    return statements_ && std::any_of(queries.begin(), queries.end(), [this](std::string const& query) {
             return statements_->number_of(query).has_value();
           });
  }

  Task<Result<>> feed(engine::RunContext& context, scenario::TriggerSpec const& spec,
                      engine::Look look) override {
    CO_TRY(statements_,
           MigrationStatements::read(context.scenario_directory, spec.parameters, spec.location));
    co_return co_await feed_query(
        context,
        "SELECT coalesce(string_agg(query, chr(31)), '') FROM pg_stat_activity WHERE "
        "pid <> pg_backend_pid() AND state = 'active'",
        std::move(look));
  }

 private:
  std::optional<MigrationStatements> statements_;
};

engine::RegisterTrigger<Statement> const registered;

}  // namespace

}  // namespace pgdrill::triggers
