// capture-target: records the moment to come back to. The recipe (guide of CNPG's documentation on recovery):
// a usable base backup; a marker before; clock, LSN and a named restore point; at least a second; a marker
// after, so that there is a later commit to stop at; and the proof that all of it is in the archive.
#include "harness/base/text.hpp"
#include "harness/cnpg/cluster_view.hpp"
#include "harness/engine/facts.hpp"
#include "harness/engine/undo_records.hpp"
#include "harness/postgres/connection.hpp"
#include "harness/steps/support.hpp"
#include "harness/steps/verify_checks.hpp"

namespace pgdrill::steps {

namespace {

class CaptureTarget : public engine::Step {
 public:
  static scenario::Declaration describe() {
    return {
        .name = "capture-target",
        .summary =
            "Capture the moment to come back to: markers, clock, LSN, restore point, state of all tables",
        .parameters = {{.name = "target", .required = true, .help = "Name under which later steps find it."},
                       {.name = "history",
                        .default_value = "public.schema_migrations",
                        .help = "Table of the migration history."}},
        .permissions = {{"postgresql.cnpg.io", {"clusters", "backups"}, {"get", "list"}},
                        {"", {"pods"}, {"get", "list"}},
                        {"", {"pods/exec", "pods/portforward"}, {"get", "create"}}},
        .effect = "writes markers into schema pgdrill, switches the WAL",
        .witness = "pg_stat_archiver names the segment",
        .undo = "drops schema pgdrill"};
  }

  Task<Result<StepOutcome>> run(RunContext& context, StepSpec const& spec) override {
    name_ = spec.parameters.text("target");
    json::object target{{"name", name_}};
    CO_TRY_VOID(co_await find_backup(context, target));
    engine::UndoRecord undo =
        engine::undo_by_drop_schema(context.target.cluster, context.target.database, "pgdrill");
    CO_TRY_VOID(co_await context.undo.announce(std::move(undo)));
    CO_TRY_VOID(co_await mark_before(context, target));
    CO_TRY_VOID(co_await capture_states(context, target));
    target["history_table"] = spec.parameters.text("history");
    CO_TRY(std::string const history,
           co_await read_history(context, context.target.cluster, spec.parameters.text("history")));
    target["history"] = history;
    CO_TRY_VOID(co_await capture_moment(context, target));
    CO_TRY_VOID(co_await mark_after(context, target));
    CO_TRY(std::string const wal, co_await archive_current_wal(context, context.target.cluster));
    target["wal"] = wal;
    context.check("target is in the archive", "archive", spec.id, true, "segment " + wal, "segment " + wal);
    json::object outputs = target;
    outputs.erase("state");
    context.fact(engine::facts::target(name_), std::move(target));
    co_return StepOutcome{.outputs = std::move(outputs)};
  }

 private:
  Task<Result<>> find_backup(RunContext& context, json::object& target) {
    CO_TRY(kube::ObjectList const list, co_await context.kube->list(kube::backup_type, context.target.ns));
    CO_TRY(std::string const last, co_await context.databases.superuser(
                                       context.target.cluster, "postgres",
                                       "SELECT coalesce(last_archived_wal, '') FROM pg_stat_archiver"));
    std::vector<cnpg::BackupView> backups = cnpg::backups_of(context.target.cluster, list.items);
    std::erase_if(backups, [&](cnpg::BackupView const& backup) { return !cnpg::usable(backup, trim(last)); });
    if (backups.empty()) {
      co_return fail(cluster_error(
          context, ErrorKind::refused, "no base backup to come back to",
          "no Backup is completed with its last WAL archived",
          "take a Backup and wait until its endWal is archived; the step status-check does both"));
    }
    cnpg::BackupView const& backup = backups.back();
    target["backup_id"] = backup.backup_id;
    target["backup_name"] = backup.name;
    target["backup_end_lsn"] = backup.end_lsn;
    co_return Result<>();
  }

  Task<Result<>> mark_before(RunContext& context, json::object& target) {
    remember_writes(context, target, "ledger_sequence", "acknowledged", 0);
    std::string const marker = name_ + "-before";
    CO_TRY_VOID(co_await write_marker(context, context.target.cluster, marker));
    target["marker_before"] = marker;
    co_return Result<>();
  }

  Task<Result<>> capture_states(RunContext& context, json::object& target) {
    CO_TRY(postgres::ConnectionParameters const database,
           co_await context.databases.reach(context.target.service, context.target.secret,
                                            context.target.database));
    json::object states;
    for (auto const& entry : engine::state_probes()) {
      std::unique_ptr<engine::StateProbe> const probe = entry.make();
      CO_TRY(json::object state, co_await probe->capture(database));
      states[entry.declaration.name] = std::move(state);
    }
    target["state"] = std::move(states);
    co_return Result<>();
  }

  Task<Result<>> capture_moment(RunContext& context, json::object& target) {
    // At most 63 bytes (PostgreSQL 15, 9.27.3); unique, since recovery stops at the first point of a name.
    std::string const point = "pgdrill-" + context.run_id + "-" + name_.substr(0, 32);
    std::string const sql =
        "SELECT to_char(clock_timestamp() AT TIME ZONE 'UTC', 'YYYY-MM-DD\"T\"HH24:MI:SS.US\"Z\"'), "
        "pg_current_wal_insert_lsn(), (SELECT timeline_id FROM pg_control_checkpoint()), "
        "pg_create_restore_point(" +
        postgres::quote_literal(point) + ")";
    CO_TRY(std::string const answer,
           co_await context.databases.superuser(context.target.cluster, "postgres", sql));
    std::vector<std::string> const fields = split(trim(answer), '|');
    if (fields.size() != 4) {
      co_return fail(cluster_error(context, ErrorKind::internal, "cannot read the captured moment",
                                   "psql printed: " + answer));
    }
    remember_writes(context, target, "ledger_sequence_after", "sent", 1);
    target["time"] = fields[0];
    target["lsn"] = fields[1];
    target["timeline"] = std::stoll(fields[2]);
    target["restore_point"] = point;
    target["restore_point_lsn"] = fields[3];
    co_return Result<>();
  }

  Task<Result<>> mark_after(RunContext& context, json::object& target) {
    // At least a second by the server's own clock: a time target must lie clearly between two commits.
    std::string const time = postgres::quote_literal(std::string(target.at("time").as_string()));
    std::string const pause = "SELECT pg_sleep(greatest(0, extract(epoch FROM " + time +
                              "::timestamptz + interval '1.05 s' - clock_timestamp())))";
    CO_TRY_VOID(co_await context.databases.superuser(context.target.cluster, "postgres", pause));
    std::string const marker = name_ + "-after";
    CO_TRY_VOID(co_await write_marker(context, context.target.cluster, marker));
    target["marker_after"] = marker;
    co_return Result<>();
  }

  /// Where the ledger's writes stand, when a ledger runs.
  static void remember_writes(RunContext const& context, json::object& target, std::string_view into,
                              std::string_view field, std::int64_t more) {
    std::string const prefix = engine::facts::writes("");
    for (auto const& [name, value] : context.facts) {
      if (name.starts_with(prefix)) target[into] = get_int(value, field) + more;
    }
  }

  std::string name_;
};

engine::RegisterStep<CaptureTarget> const registered;

}  // namespace

}  // namespace pgdrill::steps
