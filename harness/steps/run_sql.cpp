// run-sql: runs SQL on purpose, to break something small: a negative control for what verify must see.
#include "harness/base/text.hpp"
#include "harness/engine/facts.hpp"
#include "harness/engine/permissions.hpp"
#include "harness/steps/waiting.hpp"

namespace pgdrill::steps {

namespace {

using engine::RunContext;
using engine::StepOutcome;
using scenario::StepSpec;

class RunSql : public engine::Step {
 public:
  static scenario::Declaration describe() {
    return {.name = "run-sql",
            .summary = "Run SQL as the superuser in the restored Cluster, to see what the checks make of it",
            .parameters = {{.name = "sql", .required = true, .help = "One statement."},
                           {.name = "witness",
                            .required = true,
                            .help = "A query that gives t once the statement has had its effect."}},
            .permissions = engine::superuser_permissions(),
            .effect = "whatever the statement does to the restored Cluster",
            .witness = "the query given as witness",
            .undo = "the restored Cluster is deleted"};
  }

  Task<Result<StepOutcome>> run(RunContext& context, StepSpec const& spec) override {
    CO_TRY(std::string const cluster, restored_cluster(context));
    std::string const database = context.target.database;
    context.waiting(spec.id, "the statement to end in Cluster " + cluster);
    CO_TRY_VOID(co_await context.databases.superuser(cluster, database, spec.parameters.text("sql")));
    context.waiting(spec.id, "its witness to be asked", spec.parameters.text("witness"));
    CO_TRY(std::string const answer,
           co_await context.databases.superuser(cluster, database, spec.parameters.text("witness")));
    bool const seen = trim(answer) == "t";
    context.witness(spec.id, {.seen = seen,
                              .channel = spec.parameters.text("witness"),
                              .expected = "t",
                              .observed = std::string(trim(answer))});
    co_return StepOutcome{.outputs = {{"cluster", cluster}}};
  }
};

engine::RegisterStep<RunSql> const registered;

}  // namespace

}  // namespace pgdrill::steps
