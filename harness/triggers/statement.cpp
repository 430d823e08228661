// statement: the n-th statement of a migration runs, or a later one, as pg_stat_activity shows it.
#include "harness/base/files.hpp"
#include "harness/base/text.hpp"
#include "harness/triggers/feeds.hpp"
#include "harness/triggers/sql_statements.hpp"

namespace pgdrill::triggers {

namespace {

using scenario::ParameterType;

// Between two queries in one text; occurs in no SQL.
constexpr char unit_separator = '\x1f';

class Statement final : public engine::Trigger {
 public:
  static scenario::Declaration describe() {
    return {
        .name = "statement",
        .summary = "A migration runs its n-th statement, or a later one, as pg_stat_activity shows it",
        .parameters = {{"file", ParameterType::text, true, "", "The migration, relative to the scenario."},
                       {"number",
                        ParameterType::integer,
                        true,
                        "",
                        "Which statement; the first is 1.",
                        {},
                        "statements"}},
        .permissions = {{"", {"secrets", "services"}, {"get"}},
                        {"", {"pods"}, {"get", "list"}},
                        {"", {"pods/portforward"}, {"get", "create"}}}};
  }

  bool holds(scenario::TriggerSpec const& spec, json::value const& observation) override {
    auto const first =
        static_cast<std::size_t>(std::max<std::int64_t>(spec.parameters.integer("number"), 1)) - 1;
    for (std::string const& query : split(get_string(observation, "value"), unit_separator)) {
      std::string const running = normalised(query);
      if (running.empty()) continue;
      for (std::size_t i = first; i < statements_.size(); ++i) {
        if (statements_[i] == running) return true;
      }
    }
    return false;
  }

  Task<Result<>> feed(engine::RunContext& context, scenario::TriggerSpec const& spec,
                      engine::Look look) override {
    CO_TRY(std::string const text, read_file(context.scenario_directory / spec.parameters.text("file")));
    know(text);
    std::int64_t const number = spec.parameters.integer("number");
    if (number < 1 || static_cast<std::size_t>(number) > statements_.size()) {
      co_return fail({.kind = ErrorKind::usage,
                      .what = "there is no statement " + std::to_string(number),
                      .where = spec.location.text(),
                      .why = spec.parameters.text("file") + " has " + std::to_string(statements_.size())});
    }
    co_return co_await feed_query(
        context,
        "SELECT coalesce(string_agg(query, chr(31)), '') FROM pg_stat_activity WHERE "
        "pid <> pg_backend_pid() AND state = 'active'",
        std::move(look));
  }

  void know(std::string const& migration) {
    for (std::string const& one : sql_statements(migration)) statements_.push_back(normalised(one));
  }

 private:
  std::vector<std::string> statements_;
};

engine::RegisterTrigger<Statement> const registered;

}  // namespace

}  // namespace pgdrill::triggers
