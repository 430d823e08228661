// row-count: a table has so many rows, or so many that satisfy a condition: how far a backfill has come.
#include <charconv>

#include "harness/engine/permissions.hpp"
#include "harness/triggers/feeds.hpp"

namespace pgdrill::triggers {

namespace {

using scenario::ParameterType;

class RowCount final : public engine::Trigger {
 public:
  static scenario::Declaration describe() {
    return {
        .name = "row-count",
        .summary = "A table has at least so many rows, as other sessions see it: how far a backfill has come",
        .parameters = {{"table", ParameterType::text, true, "", "Table, with its schema if need be."},
                       {"at-least", ParameterType::integer, true, "", "The number of rows.", {}, "rows"},
                       {"where", ParameterType::text, false, "true",
                        "SQL condition that counted rows satisfy."}},
        .permissions = engine::database_permissions()};
  }

  bool holds(scenario::TriggerSpec const& spec, json::value const& observation) override {
    std::string const value = get_string(observation, "value");
    std::int64_t rows = -1;
    std::from_chars(value.data(), value.data() + value.size(), rows);
    return rows >= spec.parameters.integer("at-least");
  }

  Task<Result<>> feed(engine::RunContext& context, scenario::TriggerSpec const& spec,
                      engine::Look look) override {
    co_return co_await feed_query(
        context,
        "SELECT count(*) FROM " + spec.parameters.text("table") + " WHERE " + spec.parameters.text("where"),
        std::move(look));
  }
};

engine::RegisterTrigger<RowCount> const registered;

}  // namespace

}  // namespace pgdrill::triggers
