// restore: point-in-time recovery into a new Cluster at a captured target. The source is never touched.
#include "harness/base/files.hpp"
#include "harness/base/text.hpp"
#include "harness/cnpg/cluster_view.hpp"
#include "harness/engine/facts.hpp"
#include "harness/engine/undo_records.hpp"
#include "harness/steps/recovery_manifest.hpp"
#include "harness/steps/recovery_watch.hpp"
#include "harness/steps/support.hpp"

namespace pgdrill::steps {

namespace {

class Restore : public engine::Step {
 public:
  static scenario::Declaration describe() {
    using scenario::ParameterType;
    return {
        .name = "restore",
        .summary = "Point-in-time recovery into a new Cluster at a captured target",
        .parameters = {{.name = "target", .required = true, .help = "Name of the captured target."},
                       {.name = "by",
                        .default_value = "name",
                        .help = "Which recovery target is used: the restore point, the LSN or the time.",
                        .allowed = {"name", "lsn", "time"}},
                       {.name = "at",
                        .help = "Another time than the captured one, with a zone; needs by: time."},
                       {.name = "offset",
                        .type = ParameterType::duration,
                        .default_value = "0s",
                        .help =
                            "Added to the captured time, to see a restore that is too late; needs by: time."},
                       {.name = "too-late",
                        .type = ParameterType::boolean,
                        .default_value = "false",
                        .help = "Restores to the moment of the restore itself: a negative control."},
                       {.name = "instances",
                        .type = ParameterType::integer,
                        .default_value = "1",
                        .help = "Instances of the new Cluster."}},
        .permissions = {{"postgresql.cnpg.io", {"clusters"}, {"get", "list", "watch", "create", "delete"}},
                        {"", {"pods"}, {"get", "list", "watch"}},
                        {"", {"pods/log"}, {"get"}},
                        {"", {"secrets"}, {"get"}}},
        .effect = "creates a Cluster",
        .witness = "the recovery pod's log and the new Cluster's status",
        .undo = "deletes the Cluster"};
  }

  Task<Result<>> preflight(RunContext& context, StepSpec const& spec) override {
    std::string const at = spec.parameters.text("at");
    if (at.empty()) co_return Result<>();
    Result<WallTime> const time = parse_time(at);
    if (!time) co_return tl::make_unexpected(at_error(spec, time.error().what + ": " + time.error().why));
    CO_TRY(std::string const answer, co_await context.databases.superuser(context.target.cluster, "postgres",
                                                                          "SELECT clock_timestamp()"));
    CO_TRY(WallTime const now, parse_time(trim(answer)));
    if (*time > now) {
      co_return fail(at_error(spec, "it lies in the future of the server's clock, " + format_rfc3339(now)));
    }
    CO_TRY(kube::ObjectList const list, co_await context.kube->list(kube::backup_type, context.target.ns));
    for (cnpg::BackupView const& backup : cnpg::backups_of(context.target.cluster, list.items)) {
      Result<WallTime> const end = parse_time(backup.stopped_at);
      if (backup.completed && end && *end <= *time) co_return Result<>();
    }
    co_return fail(at_error(spec, "no completed Backup ended before it"));
  }

  Task<Result<StepOutcome>> run(RunContext& context, StepSpec const& spec) override {
    CO_TRY(json::object const captured, captured_target(context, spec.parameters.text("target")));
    CO_TRY(json::object target, co_await choose_target(context, spec, captured));
    std::string const name = engine::name_for_run(context.target.cluster, context.run_id);
    RecoveryRequest request{.name = name,
                            .run_id = context.run_id,
                            .database = context.target.database,
                            .secret = context.target.secret,
                            .target = std::move(target),
                            .instances = spec.parameters.integer("instances")};
    CO_TRY(request.owner, co_await user_in(context, context.target.secret));
    CO_TRY(json::value const source, co_await get_cluster(context, context.target.cluster));
    CO_TRY(json::object manifest, recovery_manifest(source, request));
    json::object fact{{"cluster", name},
                      {"target", spec.parameters.text("target")},
                      {"recovery_target", request.target},
                      {"source_uid", kube::uid_of(source)},
                      {"service", name + "-rw"},
                      {"secret", context.target.secret}};
    kube::ObjectRef const ref{kube::cluster_type, context.target.ns, name};
    CO_TRY_VOID(co_await context.undo.announce(engine::undo_by_delete(ref)));
    CO_TRY_VOID(co_await context.kube->create(kube::cluster_type, context.target.ns, std::move(manifest)));
    context.mark("restore-requested", spec.id, "Cluster " + name + " created");
    CO_TRY_VOID(co_await watch_recovery(context, spec.id, name));
    CO_TRY(json::value const restored, co_await get_cluster(context, name));
    fact["timeline"] = cnpg::view_cluster(restored).timeline;
    fact["system_id"] = cnpg::view_cluster(restored).system_id;
    context.fact(engine::facts::restore, fact);
    co_return StepOutcome{.outputs = std::move(fact)};
  }

 private:
  static Error at_error(StepSpec const& spec, std::string why) {
    return {.kind = ErrorKind::refused,
            .what = "the recovery target " + spec.parameters.text("at") + " cannot be reached",
            .where = spec.location.text(),
            .why = std::move(why),
            .todo = "name a time between the end of a Backup and now"};
  }

  static Task<Result<std::string>> user_in(RunContext& context, std::string secret) {
    kube::ObjectRef const ref{kube::secret_type, context.target.ns, std::move(secret)};
    CO_TRY(json::value const object, co_await context.kube->get(ref));
    CO_TRY(std::string user, base64_decode(get_string(object, "data.username")));
    co_return user;
  }

  /// The recoveryTarget; what lies after the captured moment gets a later commit and its WAL archived first,
  /// since PostgreSQL stops a time target only at a commit behind it.
  static Task<Result<json::object>> choose_target(RunContext& context, StepSpec const& spec,
                                                  json::object const& captured) {
    std::string const by = spec.parameters.text("by");
    bool const too_late = spec.parameters.boolean("too-late");
    WallTime time{};
    if (too_late) {
      CO_TRY(std::string const now, co_await context.databases.superuser(context.target.cluster, "postgres",
                                                                         "SELECT clock_timestamp()"));
      CO_TRY(time, parse_time(trim(now)));
    } else {
      std::string const at = spec.parameters.text("at");
      CO_TRY(time, parse_time(at.empty() ? get_string(json::value(captured), "time") : at));
      time += std::chrono::duration_cast<std::chrono::microseconds>(spec.parameters.duration("offset"));
    }
    bool const later = too_late || spec.parameters.duration("offset") > Duration::zero();
    if (later) {
      CO_TRY_VOID(co_await write_marker(context, context.target.cluster, "later"));
      CO_TRY_VOID(co_await archive_current_wal(context, context.target.cluster));
    }
    co_return recovery_target(captured, later ? "time" : by, format_postgres(time));
  }
};

engine::RegisterStep<Restore> const registered;

}  // namespace

}  // namespace pgdrill::steps
