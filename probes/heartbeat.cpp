// What a client of the application's service sees: connects, writes, and reads of its own last write, each on
// a fixed schedule and on a connection of its own.
#include <algorithm>

#include "harness/base/scope.hpp"
#include "probes/drill_schema.hpp"
#include "probes/sampling.hpp"

namespace pgdrill::probes {

namespace {

constexpr char const* table =
    "CREATE TABLE IF NOT EXISTS pgdrill.heartbeat (probe text PRIMARY KEY, sequence bigint NOT NULL, "
    "at timestamptz NOT NULL)";
constexpr char const* write_sql =
    "INSERT INTO pgdrill.heartbeat VALUES ($1, $2, clock_timestamp()) "
    "ON CONFLICT (probe) DO UPDATE SET sequence = excluded.sequence, at = excluded.at RETURNING sequence";
constexpr char const* read_sql = "SELECT sequence FROM pgdrill.heartbeat WHERE probe = $1";

/// What the classes of calls need; outlived by the scope of `Heartbeat::run`.
struct Settings {
  engine::RunContext& context;
  std::string probe;
  std::string key;  ///< of its row, so that runs and probes do not meet
  std::string service;
  std::string secret;
  Duration every;
  Duration connect_every;
  Duration timeout;
  Duration lifetime;
  std::int64_t acknowledged = 0;  ///< last write known to be there
};

Task<> keep_writing(Settings& settings) {
  Link link(settings.context, settings.service, settings.secret, settings.lifetime);
  Sampler sampler(settings.context, settings.probe, "write", settings.every);
  for (std::int64_t sequence = 1;; ++sequence) {
    co_await sampler.wait();
    std::string const text = std::to_string(sequence);
    auto const rows = co_await link.query(write_sql, {settings.key, text}, settings.timeout);
    if (rows) settings.acknowledged = sequence;
    sampler.record(judge(rows, text));
  }
}

/// An answer older than what was acknowledged before the question is wrong: an acknowledged write is gone.
Outcome judge_read(Result<postgres::Rows> const& rows, std::int64_t acknowledged) {
  if (!rows) return failed_outcome(rows.error());
  std::string const value = rows->scalar();
  std::int64_t const found = value.empty() ? 0 : std::strtoll(value.c_str(), nullptr, 10);
  auto const status = found >= acknowledged ? SampleStatus::right : SampleStatus::wrong;
  return {.status = status, .value = value, .error = std::nullopt};
}

Task<> keep_reading_own(Settings& settings) {
  Link link(settings.context, settings.service, settings.secret, settings.lifetime);
  Sampler sampler(settings.context, settings.probe, "read", settings.every);
  while (true) {
    co_await sampler.wait();
    auto const acknowledged = settings.acknowledged;
    auto const rows = co_await link.query(read_sql, {settings.key}, settings.timeout);
    sampler.record(judge_read(rows, acknowledged));
  }
}

/// A connection that is never given up while it works: what a client with a long session sees.
Task<> keep_reading(Settings& settings) {
  Link link(settings.context, settings.service, settings.secret, Duration::max());
  Sampler sampler(settings.context, settings.probe, "read-open", settings.every);
  while (true) {
    co_await sampler.wait();
    sampler.record(judge(co_await link.query("SELECT 1", {}, settings.timeout), "1"));
  }
}

Task<> keep_connecting(Settings& settings) {
  Link link(settings.context, settings.service, settings.secret, settings.lifetime);
  Sampler sampler(settings.context, settings.probe, "connect", settings.connect_every);
  while (true) {
    co_await sampler.wait();
    link.close();
    auto const rows = co_await link.query("SELECT 1", {}, settings.timeout);
    sampler.record(judge(rows, "1"));
    link.close();
  }
}

class Heartbeat final : public engine::Probe {
 public:
  static scenario::Declaration describe() {
    auto parameters = common_parameters("100ms", "1s");
    using scenario::ParameterType;
    parameters.push_back({"classes",
                          ParameterType::text_list,
                          false,
                          "[connect, write, read]",
                          "what is tried: connect (a new connection and a read), read-open (on a connection "
                          "that stays open), write, "
                          "read (of the own last write); a replica's service takes connect and read-open",
                          {"connect", "read-open", "write", "read"}});
    parameters.push_back(
        {"connect_every", ParameterType::duration, false, "1s", "time between two new connections"});
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
    for (auto const* limit : {"every", "connect_every"}) {
      if (spec.parameters.duration(limit) >= std::chrono::milliseconds(1)) continue;
      co_return fail({.kind = ErrorKind::usage,
                      .what = std::string(limit) + " is too short",
                      .where = "probe " + spec.name,
                      .why = "at most 1000 calls a second are made"});
    }
    if (writes)
      co_return co_await prepare_table(context, service_of(context, spec), secret_of(context, spec), table);
    CO_TRY_VOID(co_await context.databases.reach(service_of(context, spec), secret_of(context, spec),
                                                 context.target.database));
    co_return Result<>();
  }

  Task<> run(engine::RunContext& context, scenario::ProbeSpec const& spec) override {
    Settings settings{.context = context,
                      .probe = spec.name,
                      .key = context.run_id + "/" + spec.name,
                      .service = service_of(context, spec),
                      .secret = secret_of(context, spec),
                      .every = spec.parameters.duration("every"),
                      .connect_every = spec.parameters.duration("connect_every"),
                      .timeout = spec.parameters.duration("timeout"),
                      .lifetime = spec.parameters.duration("lifetime")};
    Scope scope(co_await asio::this_coro::executor);
    if (uses(spec, "connect")) scope.spawn("connect", keep_connecting(settings));
    if (uses(spec, "read-open")) scope.spawn("read-open", keep_reading(settings));
    if (uses(spec, "write")) scope.spawn("write", keep_writing(settings));
    if (uses(spec, "read")) scope.spawn("read", keep_reading_own(settings));
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
