// Captures the moment to come back to, and proves that it can be reached: markers on both sides, the server's
// clock, LSN, a restore point, the state of the data, and WAL archived past all of it.
#include "harness/base/text.hpp"
#include "harness/engine/facts.hpp"
#include "harness/engine/permissions.hpp"
#include "harness/engine/undo_records.hpp"
#include "harness/steps/markers.hpp"
#include "harness/steps/state_reading.hpp"
#include "harness/steps/waiting.hpp"

namespace pgdrill::steps {

namespace {

using engine::RunContext;
using engine::StepOutcome;
using scenario::ParameterType;

// So many acknowledged writes of each ledger must lie before the target.
constexpr std::int64_t writes_to_prove = 5;

Error unreachable_target(std::string const& at, std::string why) {
  return {.kind = ErrorKind::refused,
          .what = "recovery target " + at + " cannot be reached",
          .where = "",
          .why = std::move(why),
          .todo = "choose a time between the end of the first backup and now"};
}

Error no_declaration(scenario::StepSpec const& spec, std::string const& change) {
  return {.kind = ErrorKind::refused,
          .what = "'" + change + "' declares no change",
          .where = spec.location.text(),
          .why = "a table is named with its schema",
          .todo = "write schema.table, schema.table.column or schema.table+"};
}

/// So much of what is left of the step may go into a look as the superuser.
constexpr int share_of_superuser = 4;

constexpr char const* archived_check = "target-archived";

class CaptureTarget final : public engine::Step {
 public:
  static scenario::Declaration describe() {
    return {
        .name = "capture-target",
        .summary = "Captures a recovery target with the state of the data, and proves that it is archived",
        .parameters = with_load_parameters(
            {{.name = "target",
              .required = true,
              .help = "name of the target, for later steps",
              .introduces = scenario::Named::target},
             {"at", ParameterType::text, false, "",
              "a time (RFC 3339) to come back to, in place of the moment of capture"},
             {"history", ParameterType::text, false, "public.schema_migrations",
              "the migrations' history table"},
             {"expected", ParameterType::text_list, false, "[]",
              "changes of content that go on meanwhile and later, and are no difference in this step, in "
              "verify or for the probe digest: schema.table (anything in it), schema.table.column "
              "(values of that column), schema.table+ (new rows)"}}),
        .permissions = engine::together({engine::superuser_permissions(), engine::database_permissions()}),
        .effect = "makes table pgdrill.markers, a restore point, and switches WAL",
        .witness = "pg_stat_archiver has come to the switched segment",
        .undo = "drops schema pgdrill",
        .longest = std::chrono::seconds(60)};
  }

  Task<Result<>> preflight(RunContext& context, scenario::StepSpec const& spec) override {
    static_cast<void>(context);
    for (std::string const& change : spec.parameters.texts("expected")) {
      if (change.find('.') == std::string::npos) co_return fail(no_declaration(spec, change));
    }
    if (!spec.parameters.given("at")) co_return Result<>();
    std::string const at = spec.parameters.text("at");
    Result<WallTime> const time = parse_time(at);
    if (!time) co_return fail(time.error());
    if (*time > wall_now()) co_return fail(unreachable_target(at, "it lies in the future"));
    co_return Result<>();
  }

  std::vector<std::string> checks(scenario::StepSpec const&, scenario::Scenario const&) const override {
    return {archived_check};
  }

  Task<Result<StepOutcome>> run(RunContext& context, scenario::StepSpec const& spec) override {
    TimeLeft const time(spec.timeout);
    std::string const& cluster = context.target.cluster;
    std::string const name = spec.parameters.text("target");
    json::value const* const backup = fact_of(context, engine::facts::backup);
    if (backup == nullptr) {
      co_return fail({.kind = ErrorKind::refused,
                      .what = "cannot capture a target",
                      .where = spec.location.text(),
                      .why = "no backup is known",
                      .todo = "put a status-check step before it"});
    }
    CO_TRY_VOID(check_override(spec, *backup));
    CO_TRY_VOID(co_await make_markers(context));
    Markers const markers = marker_names(name);
    CO_TRY_VOID(co_await write_marker(context, cluster, markers.before));
    StateReading const reading = state_reading(spec.parameters, cluster);
    json::object read_through;
    CO_TRY(json::object state, co_await capture_state(context, reading, read_through));
    co_await complete_state(context, state, time.left() / share_of_superuser);
    context.waiting(spec.id, "the ledger's first acknowledged write");
    CO_TRY_VOID(co_await wait_for_writes(context, time));
    json::object const writes_before = writes_now(context, "acknowledged");
    CO_TRY(json::object captured, co_await capture_moment(context, spec, name));
    json::object writes_after = writes_now(context, "sent");
    CO_TRY(json::object const again, co_await capture_state(context, reading, read_through));
    std::vector<std::string> const expected = spec.parameters.texts("expected");
    CO_TRY_VOID(same_state(state, again, expected));
    CO_TRY_VOID(co_await wait_past(context, get_string(captured, "time")));
    CO_TRY_VOID(co_await write_marker(context, cluster, markers.after));
    CO_TRY(std::string const wal, co_await ask(context, cluster, "SELECT pg_walfile_name(pg_switch_wal())"));
    context.waiting(spec.id, "WAL segment " + wal + " to be archived");
    CO_TRY_VOID(co_await wait_archived(context, cluster, wal, time));
    context.check(archived_check, "archive", spec.id, true, wal + " archived", wal + " archived");
    context.witness(spec.id, {.seen = true,
                              .channel = "pg_stat_archiver of Cluster " + cluster,
                              .expected = "segment " + wal + " is archived",
                              .observed = "it is"});
    captured["name"] = name;
    captured["expected"] = json::value_from(expected);
    captured["read_through"] = std::move(read_through);
    captured["backup_id"] = get_string(*backup, "backup_id");
    captured["backup_name"] = get_string(*backup, "name");
    captured["wal"] = wal;
    captured["marker_before"] = markers.before;
    captured["marker_after"] = markers.after;
    if (spec.parameters.given("at")) captured["time"] = spec.parameters.text("at");
    add_writes(captured, writes_before, writes_after);
    context.journal.write("fact", {{"name", "captured-target"}, {"value", captured}});
    captured["state"] = std::move(state);
    context.facts[engine::facts::target(name)] = captured;
    captured.erase("state");
    co_return StepOutcome{.passed = true, .outputs = std::move(captured)};
  }

 private:
  static json::value const* fact_of(RunContext const& context, std::string_view name) {
    auto const found = context.facts.find(std::string(name));
    return found == context.facts.end() ? nullptr : &found->second;
  }

  static Result<> check_override(scenario::StepSpec const& spec, json::value const& backup) {
    if (!spec.parameters.given("at")) return {};
    std::string const at = spec.parameters.text("at");
    TRY(WallTime const time, parse_time(at));
    Result<WallTime> const stopped = parse_time(get_string(backup, "stopped_at"));
    if (stopped && time <= *stopped) {
      return fail(unreachable_target(
          at, "backup " + get_string(backup, "name") + " ended at " + get_string(backup, "stopped_at")));
    }
    return {};
  }

  /// Per ledger probe, how far it has come.
  static json::object writes_now(RunContext const& context, std::string_view field) {
    json::object all;
    constexpr std::string_view prefix = "writes:";
    for (auto const& [name, value] : context.facts) {
      if (name.starts_with(prefix)) all[name.substr(prefix.size())] = get_int(value, field);
    }
    return all;
  }

  /// A ledger proves nothing before it has writes that must come back.
  static Task<Result<>> wait_for_writes(RunContext& context, TimeLeft time) {
    while (true) {
      std::string without;
      for (auto const& probe : writes_now(context, "acknowledged")) {
        if (probe.value().as_int64() < writes_to_prove) without = probe.key();
      }
      if (without.empty()) co_return Result<>();
      if (time.over()) {
        co_return waited_too_long("no writes are acknowledged", "probe " + without,
                                  "fewer than " + std::to_string(writes_to_prove) + " were");
      }
      co_await sleep_for(poll_interval / 5);
    }
  }

  static void add_writes(json::object& captured, json::object const& before, json::object const& after) {
    json::object writes;
    for (auto const& probe : after) {
      json::value const* const acknowledged = before.if_contains(probe.key());
      std::int64_t const last_before = acknowledged != nullptr ? acknowledged->as_int64() : 0;
      std::int64_t const first_after = probe.value().as_int64() + 1;
      writes[probe.key()] = {{"last_before", last_before}, {"first_after", first_after}};
      if (captured.contains("ledger_sequence")) continue;
      captured["ledger_sequence"] = last_before;
      captured["ledger_sequence_after"] = first_after;
    }
    captured["writes"] = std::move(writes);
  }

  /// `read_through`: by probe, the Service that it was read through last.
  static Task<Result<json::object>> capture_state(RunContext& context, StateReading reading,
                                                  json::object& read_through) {
    json::object state;
    for (auto const& entry : engine::state_probes()) {
      CO_TRY(StateSnapshot snapshot, co_await read_state(context, entry, reading));
      std::string const& name = entry.declaration.name;
      state[name] = std::move(snapshot.content);
      read_through[name] = snapshot.service;
    }
    co_return state;
  }

  static Task<> complete_state(RunContext& context, json::object& state, Duration most) {
    for (auto const& entry : engine::state_probes()) {
      json::object& snapshot = state.at(entry.declaration.name).as_object();
      std::unique_ptr<engine::StateProbe> const probe = entry.make();
      snapshot =
          co_await probe->complete(std::move(snapshot), superuser_of(context, context.target.cluster), most);
    }
  }

  /// The state must be the one at the target, whatever happens between two statements: it stood still, but
  /// for what was declared.
  static Result<> same_state(json::object const& before, json::object const& after,
                             std::vector<std::string> const& expected) {
    for (auto const& entry : engine::state_probes()) {
      std::string const& name = entry.declaration.name;
      auto const differences =
          entry.make()->compare_but_for(before.at(name).as_object(), after.at(name).as_object(), expected);
      if (differences.empty()) continue;
      return fail({.kind = ErrorKind::refused,
                   .what = "the data changes while the target is captured",
                   .where = differences.front().object,
                   .why = differences.front().what,
                   .todo =
                       "stop other writers, so that the restored data can be compared, or declare what they "
                       "change by `expected`"});
    }
    return {};
  }

  static Task<Result<json::object>> capture_moment(RunContext& context, scenario::StepSpec const& spec,
                                                   std::string name) {
    std::string const& cluster = context.target.cluster;
    std::string const point = "pgdrill-" + context.run_id + "-" + name;
    std::string const history_table = spec.parameters.text("history");
    CO_TRY(std::string const history, co_await read_history(context, cluster, history_table));
    // The clock is read before the restore point is written: a target list is evaluated from left to right.
    WallTime const before = wall_now();
    CO_TRY(std::string const answer,
           co_await ask(context, cluster,
                        "SELECT clock_timestamp(), pg_current_wal_insert_lsn(), pg_create_restore_point(" +
                            postgres::quote_literal(point) +
                            "), substr(pg_walfile_name(pg_current_wal_insert_lsn()), 1, 8)"));
    WallTime const after = wall_now();
    std::vector<std::string> const fields = split(answer, '|');
    if (fields.size() != 4) {
      co_return fail({.kind = ErrorKind::internal, .what = "cannot read the LSN", .why = answer});
    }
    CO_TRY(WallTime const moment, parse_time(fields[0]));
    context.clock_offset(spec.id, engine::clocks::node, "Cluster " + cluster + ": clock_timestamp()",
                         clock_offset(before, after, moment, moment));
    co_return json::object{{"time", format_rfc3339(moment)},
                           {"lsn", fields[1]},
                           {"restore_point", point},
                           {"restore_point_lsn", fields[2]},
                           {"timeline", std::stoll(fields[3], nullptr, 16)},
                           {"history_table", history_table},
                           {"history", history}};
  }

  /// By the server's clock, which also stamps the commits that a time target is compared with: in
  /// microseconds (PostgreSQL, recovery_target_time), so a small margin tells "before" from "after".
  static Task<Result<>> wait_past(RunContext& context, std::string since) {
    std::string const until =
        "(" + postgres::quote_literal(since) + "::timestamptz + interval '200 milliseconds')";
    CO_TRY(std::string const passed, co_await ask(context, context.target.cluster,
                                                  "SELECT clock_timestamp() >= " + until +
                                                      " FROM pg_sleep(greatest(0, extract(epoch FROM " +
                                                      until + " - clock_timestamp())::double precision))"));
    if (passed == "t") co_return Result<>();
    co_return fail({.kind = ErrorKind::refused,
                    .what = "cannot capture a target",
                    .where = "Cluster " + context.target.cluster,
                    .why = "the server's clock went back"});
  }
};

engine::RegisterStep<CaptureTarget> const registered;

}  // namespace

}  // namespace pgdrill::steps
