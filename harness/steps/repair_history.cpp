// repair-history: says of a dirty history which version the database is at, as `migrate force` does.
#include "harness/engine/permissions.hpp"
#include "harness/postgres/connection.hpp"
#include "harness/steps/waiting.hpp"

namespace pgdrill::steps {

namespace {

using engine::RunContext;
using engine::StepOutcome;
using scenario::StepSpec;

class RepairHistory : public engine::Step {
 public:
  static scenario::Declaration describe() {
    return {
        .name = "repair-history",
        .summary = "Sets a dirty migration history to a clean version, as an operator does after a failure",
        .parameters = {{.name = "version", .required = true, .help = "The version that the database is at."}},
        .permissions = engine::superuser_permissions(),
        .effect = "changes public.schema_migrations (golang-migrate's form)",
        .witness = "the history table itself",
        .undo = "the content that commit-migration saved is put back"};
  }

  Task<Result<StepOutcome>> run(RunContext& context, StepSpec const& spec) override {
    std::string const version = spec.parameters.text("version");
    std::string const cluster = context.target.cluster;
    CO_TRY(std::string const found, co_await wait_until_over(context, spec));
    std::string const repair =
        "UPDATE public.schema_migrations SET version = " + postgres::quote_literal(version) +
        "::bigint, dirty = false";
    CO_TRY_VOID(co_await context.databases.superuser(cluster, context.target.database, repair));
    CO_TRY(std::string const after, co_await ask(context, cluster, state_sql));
    std::string const expected = version + " false";
    context.witness(spec.id, {.seen = after == expected,
                              .channel = "public.schema_migrations",
                              .expected = expected,
                              .observed = after});
    co_return StepOutcome{.outputs = {{"was", found}}};
  }

 private:
  static constexpr char const* state_sql = "SELECT version || ' ' || dirty FROM public.schema_migrations";

  /// A dirty history also means "at work": the client may be dead and its statement still run. Over is when
  /// the history is dirty and for a second nobody held a strong lock.
  static Task<Result<std::string>> wait_until_over(RunContext& context, StepSpec const& spec) {
    constexpr int quiet_looks = 10;
    constexpr char const* at_work =
        "SELECT count(*) FROM pg_locks WHERE mode = 'AccessExclusiveLock' AND granted AND relation IS NOT "
        "NULL "
        "AND database = (SELECT oid FROM pg_database WHERE datname = current_database())";
    TimeLeft const time(spec.timeout);
    context.waiting(spec.id, "the failed migration to hold no lock any more",
                    "its client may be dead and its statement still run");
    std::string found;
    int quiet = 0;
    while (quiet < quiet_looks && !time.over()) {
      CO_TRY(found, co_await ask(context, context.target.cluster, state_sql));
      CO_TRY(std::string const locks, co_await ask(context, context.target.cluster, at_work));
      quiet = found.ends_with("true") && locks == "0" ? quiet + 1 : 0;
      co_await sleep_for(poll_interval);
    }
    if (quiet == quiet_looks) co_return found;
    co_return fail({.kind = ErrorKind::refused,
                    .what = "the migration history is not dirty, or a migration is still at work",
                    .where = "public.schema_migrations",
                    .why = "it says: " + found,
                    .todo = "leave this step away when the migration succeeds"});
  }
};

engine::RegisterStep<RepairHistory> const registered;

}  // namespace

}  // namespace pgdrill::steps
