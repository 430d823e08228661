// Point-in-time recovery into a new Cluster, never in place: the damaged one stays as evidence.
#include "harness/cnpg/cluster_view.hpp"
#include "harness/engine/facts.hpp"
#include "harness/engine/permissions.hpp"
#include "harness/engine/undo_records.hpp"
#include "harness/steps/cluster_clocks.hpp"
#include "harness/steps/markers.hpp"
#include "harness/steps/recovery_cluster.hpp"
#include "harness/steps/recovery_progress.hpp"

namespace pgdrill::steps {

namespace {

using engine::RunContext;
using engine::StepOutcome;
using scenario::ParameterType;

/// Without what may hold a secret: values of environment variables that are written out.
kube::Object manifest_for_people(kube::Object manifest) {
  json::value* const spec = manifest.if_contains("spec");
  if (spec != nullptr && spec->is_object()) spec->get_object().erase("env");
  return manifest;
}

class Restore final : public engine::Step {
 public:
  static scenario::Declaration describe() {
    return {.name = "restore",
            .summary = "Restores a captured target into a new Cluster by point-in-time recovery",
            .parameters = {{.name = "target",
                            .required = true,
                            .help = "name of the captured target",
                            .refers_to = scenario::Named::target},
                           {"by",
                            ParameterType::text,
                            false,
                            "name",
                            "what the target is given by: its restore point, its LSN or its time",
                            {"name", "lsn", "time"}},
                           {"offset", ParameterType::duration, false, "0s",
                            "by time only: restores so much later than the target, to see a drill fail"},
                           {"too-late", ParameterType::boolean, false, "false",
                            "restores the moment of the restore itself: a negative control that must fail"}},
            .permissions = engine::together(
                {{{"postgresql.cnpg.io", {"clusters"}, {"get", "list", "watch", "create", "delete"}},
                  {"", {"pods", "pods/log"}, {"get", "list", "watch"}}},
                 engine::superuser_permissions()}),
            .effect = "creates a Cluster",
            .witness = "the recovery pod's log",
            .undo = "deletes the Cluster",
            .longest = std::chrono::minutes(10),
            .marks = {"restore-requested", "recovery-started", "base-restored", "replay-started",
                      "replay-stopped", "promoted", "recovery-pod-failed", "cluster-ready"}};
  }

  Task<Result<>> preflight(RunContext& context, scenario::StepSpec const& spec) override {
    static_cast<void>(context);
    if (spec.parameters.duration("offset") > Duration::zero() && spec.parameters.text("by") != "time") {
      co_return fail(
          {.kind = ErrorKind::usage,
           .what = "step '" + spec.id + "' cannot run",
           .where = spec.location.text(),
           .why = "'offset' shifts a time, but the target is given by " + spec.parameters.text("by"),
           .todo = "write by: time"});
    }
    co_return Result<>();
  }

  Task<Result<StepOutcome>> run(RunContext& context, scenario::StepSpec const& spec) override {
    TimeLeft const time(spec.timeout);
    std::string const target = spec.parameters.text("target");
    auto const found = context.facts.find(engine::facts::target(target));
    if (found == context.facts.end()) {
      co_return fail({.kind = ErrorKind::refused,
                      .what = "cannot restore target '" + target + "'",
                      .where = spec.location.text(),
                      .why = "no step has captured it"});
    }
    json::value captured = found->second;
    RecoveryPlan plan{.name = engine::name_for_run(context.target.cluster, context.run_id),
                      .run_id = context.run_id,
                      .by = spec.parameters.text("by"),
                      .offset = spec.parameters.duration("offset"),
                      .database = context.target.database,
                      .secret = context.target.secret};
    if (spec.parameters.boolean("too-late")) {
      plan.by = "time";
      CO_TRY(std::string const now,
             co_await ask(context, context.target.cluster, "SELECT clock_timestamp()"));
      CO_TRY(WallTime const moment, parse_time(now));
      captured.as_object()["time"] = format_rfc3339(moment);
    }
    if (plan.by == "time") {
      CO_TRY_VOID(co_await make_reachable(context, plan, captured, time));
    }
    CO_TRY_VOID(co_await create(context, spec.id, plan, captured));
    CO_TRY_VOID(co_await follow_recovery(context, spec.id, plan.name, time));
    CO_TRY_VOID(co_await wait_ready(context, spec.id, plan.name, time));
    CO_TRY(json::object const wanted, recovery_target(plan, captured));
    context.fact(engine::facts::restore, {{"cluster", plan.name},
                                          {"target", target},
                                          {"by", plan.by},
                                          {"recovery_target", wanted},
                                          {"service", plan.name + "-rw"},
                                          {"secret", plan.secret}});
    json::value& all = context.facts[std::string(engine::facts::restores)];
    if (!all.is_array()) all = json::array();
    all.get_array().push_back({{"cluster", plan.name}, {"target", target}});
    co_return StepOutcome{.passed = true, .outputs = {{"cluster", plan.name}}};
  }

 private:
  /// PostgreSQL stops at a time only when it reads a commit after it: there must be one, and it must be
  /// archived.
  static Task<Result<>> make_reachable(RunContext& context, RecoveryPlan const& plan,
                                       json::value const& captured, TimeLeft time) {
    std::string const& cluster = context.target.cluster;
    CO_TRY(json::object const wanted, recovery_target(plan, captured));
    std::string const at = get_string(json::value(wanted), "targetTime");
    CO_TRY(std::string const passed,
           co_await ask(context, cluster,
                        "SELECT clock_timestamp() > " + postgres::quote_literal(at) + "::timestamptz"));
    if (passed != "t") {
      co_return fail({.kind = ErrorKind::refused,
                      .what = "recovery target " + at + " cannot be reached",
                      .where = "Cluster " + cluster,
                      .why = "it lies in the future",
                      .todo = "choose an earlier one"});
    }
    CO_TRY_VOID(co_await write_marker(context, cluster, "before restore"));
    CO_TRY(std::string const wal, co_await ask(context, cluster, "SELECT pg_walfile_name(pg_switch_wal())"));
    co_return co_await wait_archived(context, cluster, wal, time);
  }

  static Task<Result<>> create(RunContext& context, std::string step, RecoveryPlan const& plan,
                               json::value const& captured) {
    std::string const& ns = context.target.ns;
    CO_TRY(json::value const source,
           co_await context.kube->get({kube::cluster_type, ns, context.target.cluster}));
    CO_TRY(kube::Object object, recovery_cluster(plan, source, captured));
    context.fact("restore-manifest", manifest_for_people(object));
    CO_TRY_VOID(co_await context.undo.announce(engine::undo_by_delete({kube::cluster_type, ns, plan.name})));
    context.mark("restore-requested", step, "pgdrill", "", plan.name);
    WallTime const before = wall_now();
    CO_TRY(json::value const created,
           co_await context.kube->create(kube::cluster_type, ns, std::move(object)));
    note_creation(context, step, created, before, wall_now());
    co_return Result<>();
  }

  static Task<Result<>> wait_ready(RunContext& context, std::string step, std::string name, TimeLeft time) {
    auto const healthy = [&context, &step, &name](json::value const* object) {
      if (object == nullptr) return false;
      cnpg::ClusterView const view = cnpg::view_cluster(*object);
      context.waiting(step, "Cluster " + name + " to be ready", view.phase);
      return (view.healthy && view.ready.holds) || view.phase == cnpg::unrecoverable_phase;
    };
    kube::ObjectRef const ref{kube::cluster_type, context.target.ns, name};
    CO_TRY(json::value const object, co_await kube::wait_for(*context.kube, ref, healthy, time.left(),
                                                             "restored Cluster " + name + " is not ready"));
    cnpg::ClusterView const view = cnpg::view_cluster(object);
    if (view.phase == cnpg::unrecoverable_phase) {
      co_return fail({.kind = ErrorKind::postgres,
                      .what = "recovery failed",
                      .where = ref.text(),
                      .why = view.phase + ": " + view.phase_reason});
    }
    context.mark("cluster-ready", step, "Cluster " + name);
    note_cluster_clocks(context, step, object);
    co_return Result<>();
  }
};

engine::RegisterStep<Restore> const registered;

}  // namespace

}  // namespace pgdrill::steps
