// What a client of the application's service sees: connects, writes, and reads of its own last write, each on
// a fixed schedule and on a connection of its own.
#include <algorithm>

#include "harness/base/scope.hpp"
#include "harness/postgres/look_up.hpp"
#include "probes/drill_schema.hpp"
#include "probes/overlapping.hpp"

namespace pgdrill::probes {

namespace {

constexpr char const* table =
    "CREATE TABLE IF NOT EXISTS pgdrill.heartbeat (probe text PRIMARY KEY, sequence bigint NOT NULL, "
    "at timestamptz NOT NULL)";
// A write that hung may reach the table after later ones: it takes nothing back.
constexpr char const* write_sql =
    "INSERT INTO pgdrill.heartbeat AS own VALUES ($1, $2, clock_timestamp()) "
    "ON CONFLICT (probe) DO UPDATE SET sequence = greatest(own.sequence, excluded.sequence), "
    "at = excluded.at RETURNING sequence";
constexpr char const* read_sql = "SELECT sequence FROM pgdrill.heartbeat WHERE probe = $1";

/// What the classes of calls need; outlived by the scope of `Heartbeat::run`.
struct Settings {
  std::string key;  ///< of its row, so that runs and probes do not meet
  Duration timeout;
  std::int64_t sequence = 0;      ///< of the last write sent
  std::int64_t acknowledged = 0;  ///< last write known to be there
};

/// Right when the row is as new as it must be at least: an older one has lost an acknowledged write.
Outcome judge_sequence(Result<postgres::Rows> const& rows, std::int64_t least) {
  if (!rows) return failed_outcome(rows.error());
  std::string const value = rows->scalar();
  std::int64_t const found = value.empty() ? 0 : std::strtoll(value.c_str(), nullptr, 10);
  auto const status = found >= least ? SampleStatus::right : SampleStatus::wrong;
  return {.status = status, .value = value, .error = std::nullopt};
}

Task<Outcome> write_next(Settings& settings, Link& link) {
  std::int64_t const sequence = ++settings.sequence;
  auto const rows =
      co_await link.query(write_sql, {settings.key, std::to_string(sequence)}, settings.timeout);
  if (rows) settings.acknowledged = std::max(settings.acknowledged, sequence);
  co_return judge_sequence(rows, sequence);
}

Task<Outcome> read_own(Settings& settings, Link& link) {
  auto const acknowledged = settings.acknowledged;
  auto const rows = co_await link.query(read_sql, {settings.key}, settings.timeout);
  co_return judge_sequence(rows, acknowledged);
}

Task<Outcome> read_one(Settings& settings, Link& link) {
  auto const rows = co_await link.query("SELECT 1", {}, settings.timeout);
  co_return judge(rows, "1");
}

Task<Outcome> connect_and_read(Settings& settings, Link& link) {
  link.close();
  Outcome outcome = co_await read_one(settings, link);
  link.close();
  co_return outcome;
}

/// Tells whoever asks for the cluster's DNS from outside what is wrong, before anything is broken.
Task<Result<>> find_host(cnpg::Way way, std::string ns, std::string probe) {
  if (!way.by_name) co_return Result<>();
  std::string const host = cnpg::service_name_in_dns(way.service, ns);
  auto looking = postgres::look_up(host);
  auto const found =
      co_await with_deadline(std::move(looking), std::chrono::seconds(10), "look-up of " + host);
  if (found) co_return Result<>();
  co_return fail({.kind = ErrorKind::usage,
                  .what = "'via: service' needs the cluster's DNS, and '" + host + "' has no address here",
                  .where = "probe " + probe,
                  .why = found.error().why.empty() ? found.error().what : found.error().why,
                  .todo = "run pgdrill in the cluster, as deploy/job does, or measure 'via: forward'"});
}

class Heartbeat final : public engine::Probe {
 public:
  static scenario::Declaration describe() {
    auto parameters = common_parameters("100ms", "1s");
    using scenario::ParameterType;
    std::ranges::move(way_parameters(), std::back_inserter(parameters));
    parameters.push_back({"classes",
                          ParameterType::text_list,
                          false,
                          "[connect, write, read]",
                          "what is tried: connect (a new connection and a read), read-open (on a connection "
                          "that stays open), write, "
                          "read (of the own last write); a replica's service takes connect and read-open",
                          {"connect", "read-open", "write", "read"}});
    parameters.push_back({.name = "connect_every",
                          .type = ParameterType::duration,
                          .default_value = "1s",
                          .help = "time between two new connections",
                          .complaint = &why_too_often});
    parameters.push_back({"lifetime", ParameterType::duration, false, "1s",
                          "a connection is given up after this time, as a pool does"});
    return {.name = "heartbeat",
            .summary = "Connects, writes and reads its own last write on a fixed schedule, as a client would",
            .parameters = std::move(parameters),
            .permissions = database_permissions(),
            .effect = "makes table pgdrill.heartbeat",
            .witness = {},
            .undo = "drops schema pgdrill"};
  }

  Task<Result<>> prepare(engine::RunContext& context, scenario::ProbeSpec const& spec) override {
    bool const writes = uses(spec, "write") || uses(spec, "read");
    if (uses(spec, "read") && !uses(spec, "write")) {
      co_return fail({.kind = ErrorKind::usage,
                      .what = "read has no write of its own to read",
                      .where = "probe " + spec.name,
                      .todo = "add write to its classes"});
    }
    cnpg::Way const way = way_of(context, spec);
    CO_TRY_VOID(co_await find_host(way, context.target.ns, spec.name));
    if (writes) co_return co_await prepare_table(context, way, table);
    CO_TRY_VOID(co_await context.databases.reach(way, context.target.database));
    co_return Result<>();
  }

  Task<> run(engine::RunContext& context, scenario::ProbeSpec const& spec) override {
    Settings settings{.key = context.run_id + "/" + spec.name,
                      .timeout = spec.parameters.duration("timeout")};
    auto const every = spec.parameters.duration("every");
    auto const lifetime = spec.parameters.duration("lifetime");
    Scope scope(co_await asio::this_coro::executor);
    auto const start = [&](std::string const& name, Duration interval, Duration kept, auto const& call) {
      if (!uses(spec, name)) return;
      scope.spawn(name,
                  call_on_schedule(context, spec.name,
                                   {.name = name,
                                    .every = interval,
                                    .deadline = settings.timeout,
                                    .make_link = link_maker(context, spec, kept),
                                    .call = [&settings, call](Link& link) { return call(settings, link); }}));
    };
    start("connect", spec.parameters.duration("connect_every"), lifetime, connect_and_read);
    start("read-open", every, Duration::max(), read_one);
    start("write", every, lifetime, write_next);
    start("read", every, lifetime, read_own);
    co_await scope.join();
  }

 private:
  static bool uses(scenario::ProbeSpec const& spec, std::string_view call_class) {
    auto const classes = spec.parameters.texts("classes");
    return std::ranges::find(classes, call_class) != classes.end();
  }
};

engine::RegisterProbe<Heartbeat> const registered;

}  // namespace

}  // namespace pgdrill::probes
