// statement-kill: ends the session that runs a migration, in the middle of its n-th statement, as when its
// pod is killed: what it had committed stays, the rest is lost.
#include <fmt/format.h>

#include "harness/base/text.hpp"
#include "harness/engine/permissions.hpp"
#include "harness/engine/registry.hpp"
#include "harness/triggers/running_statement.hpp"
#include "probes/sampling.hpp"

namespace pgdrill::faults {

namespace {

using engine::RunContext;
using scenario::ParameterType;
using scenario::StepSpec;

constexpr Duration query_limit = std::chrono::seconds(5);
constexpr Duration connection_lifetime = std::chrono::hours(24);

class StatementKill final : public engine::Fault {
 public:
  static scenario::Declaration describe() {
    std::vector<scenario::ParameterDeclaration> parameters = triggers::statement_parameters();
    parameters.push_back({"secret", ParameterType::text, false, "",
                          "Secret with the credentials of the role that runs migrations; default: the "
                          "target's."});
    return {
        .name = "statement-kill",
        .summary = "Ends the session of a migration while it runs its n-th statement, or a later one",
        .parameters = std::move(parameters),
        .permissions = engine::together({engine::database_permissions(), engine::superuser_permissions()}),
        .effect = "pg_terminate_backend for the session that runs the statement",
        .witness = "the session is no more in pg_stat_activity, as the superuser sees it",
        .undo = "nothing: what is half applied is undone by the step that ran the migration",
        .phase = "migration",
        .longest = std::chrono::minutes(1)};
  }

  Task<Result<>> preflight(RunContext& context, StepSpec const& spec) override {
    CO_TRY(statements_,
           triggers::MigrationStatements::read(context.scenario_directory, spec.parameters, spec.location));
    std::string secret = spec.parameters.text("secret");
    if (secret.empty()) secret = context.target.secret;
    link_.emplace(context, cnpg::Way{.service = context.target.service, .secret = std::move(secret)},
                  connection_lifetime);
    co_return Result<>();
  }

  Task<Result<engine::FaultTarget>> prepare(RunContext& context, StepSpec const& spec) override {
    CO_TRY(postgres::Rows const active,
           co_await link_->query("SELECT pid, backend_start, query FROM pg_stat_activity WHERE state = "
                                 "'active' AND pid <> pg_backend_pid() AND query IS NOT NULL",
                                 {}, query_limit));
    for (auto const& row : active.rows) {
      std::optional<std::size_t> const number = statements_->number_of(row[2].value_or(""));
      if (!number) continue;
      process_ = row[0].value_or("");
      began_ = row[1].value_or("");
      query_ = row[2].value_or("");
      co_return engine::FaultTarget{.text = fmt::format("process {} of Cluster {}/{}, statement {} of {}",
                                                        process_, context.target.ns, context.target.cluster,
                                                        *number, spec.parameters.text("file"))};
    }
    co_return fail({.kind = ErrorKind::not_found,
                    .what = "there is no statement to end",
                    .where = "database " + context.target.database,
                    .why = fmt::format("no session runs statement {} of {}, or a later one",
                                       spec.parameters.integer("number"), spec.parameters.text("file"))});
  }

  Task<Result<>> apply(RunContext& context, StepSpec const& spec) override {
    static_cast<void>(spec);
    Result<postgres::Rows> ended = co_await link_->query(
        "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE pid = $1::int AND "
        "backend_start = $2::timestamptz AND state = 'active' AND query = $3",
        {process_, began_, query_}, query_limit);
    if (!ended && ended.error().code == "42501") {
      ended.error().todo = "give `secret`: credentials of the role that runs migrations";
    }
    if (!ended) co_return fail(ended.error());
    if (!ended->rows.empty()) co_return Result<>();
    co_return fail({.kind = ErrorKind::conflict,
                    .what = "the statement had ended before the blow",
                    .where = "database " + context.target.database,
                    .why = "process " + process_ + " does not run it any more"});
  }

  Task<Result<engine::Witness>> witness(RunContext& context, StepSpec const& spec) override {
    static_cast<void>(spec);
    std::string left = "1";
    while (left != "0") {
      CO_TRY(left, co_await context.databases.superuser(
                       context.target.cluster, context.target.database,
                       "SELECT count(*) FROM pg_stat_activity WHERE pid = " + process_ +
                           " AND backend_start = '" + began_ + "'"));
    }
    co_return engine::Witness{.seen = true,
                              .channel = "pg_stat_activity, as the superuser in the primary's pod",
                              .expected = "process " + process_ + " is gone",
                              .observed = "gone"};
  }

 private:
  std::optional<triggers::MigrationStatements> statements_;
  std::optional<probes::Link> link_;
  std::string process_;
  std::string began_;
  std::string query_;
};

engine::RegisterFault<StatementKill> const registered;

}  // namespace

}  // namespace pgdrill::faults
