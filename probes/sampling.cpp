#include "probes/sampling.hpp"

#include <algorithm>

#include "harness/engine/facts.hpp"
#include "harness/engine/permissions.hpp"
#include "harness/engine/rights.hpp"

namespace pgdrill::probes {

std::vector<Monotonic> FixedSchedule::finish(Monotonic now) {
  std::vector<Monotonic> missed;
  next_ += every_;
  while (next_ <= now) {
    missed.push_back(next_);
    next_ += every_;
  }
  return missed;
}

Outcome failed_outcome(Error error) {
  return {.status = SampleStatus::failed, .value = "", .error = std::move(error)};
}

Outcome judge(Result<postgres::Rows> const& rows, std::string_view expected) {
  if (!rows) return failed_outcome(rows.error());
  std::string value = rows->scalar();
  auto const status = value == expected ? SampleStatus::right : SampleStatus::wrong;
  return {.status = status, .value = std::move(value), .error = std::nullopt};
}

WriteStatus write_status(Result<postgres::Rows> const& rows) {
  if (rows) return WriteStatus::acknowledged;
  bool const certain = rows.error().kind == ErrorKind::postgres && !rows.error().code.starts_with("57P") &&
                       !rows.error().code.starts_with("08");
  return certain ? WriteStatus::failed : WriteStatus::unknown;
}

namespace {
std::string_view name_of(SampleStatus status) {
  switch (status) {
    case SampleStatus::right:
      return "right";
    case SampleStatus::wrong:
      return "wrong";
    case SampleStatus::failed:
      return "failed";
  }
  return "";
}
}  // namespace

Sampler::Sampler(engine::RunContext& context, std::string probe, std::string call_class, Duration every)
    : context_(context),
      probe_(std::move(probe)),
      call_class_(std::move(call_class)),
      schedule_(std::chrono::steady_clock::now(), every) {}

Task<> Sampler::wait() {
  co_await sleep_until(schedule_.due());
  started_ = std::chrono::steady_clock::now();
}

void Sampler::record(Outcome const& outcome) {
  auto const ended = std::chrono::steady_clock::now();
  write({.scheduled = schedule_.due(), .started = started_}, outcome, ended);
  for (auto const missed : schedule_.finish(ended))
    write({.scheduled = missed, .started = missed, .waited = true}, outcome, ended);
}

Task<Slot> Sampler::next() {
  Monotonic const scheduled = schedule_.due();
  schedule_.advance();
  co_await sleep_until(scheduled);
  co_return Slot{.scheduled = scheduled, .started = std::chrono::steady_clock::now()};
}

void Sampler::record(Slot const& slot, Outcome const& outcome) {
  write(slot, outcome, std::chrono::steady_clock::now());
}

void Sampler::write(Slot const& slot, Outcome const& outcome, Monotonic ended) {
  bool const right = outcome.status == SampleStatus::right;
  bool const overtaken = !right && slot.scheduled < newest_right_;
  if (right) newest_right_ = std::max(newest_right_, slot.scheduled);
  json::object sample = {{"probe", probe_},
                         {"class", call_class_},
                         {"scheduled_ns", context_.journal.elapsed_ns(slot.scheduled)},
                         {"started_ns", context_.journal.elapsed_ns(slot.started)},
                         {"ended_ns", context_.journal.elapsed_ns(ended)},
                         {"status", name_of(outcome.status)}};
  if (!outcome.value.empty()) sample["value"] = outcome.value;
  if (slot.waited) sample["waited"] = true;
  if (overtaken) sample["overtaken"] = true;
  if (outcome.error) {
    sample["error"] = {{"class", postgres::error_class(*outcome.error)},
                       {"code", outcome.error->code},
                       {"why", outcome.error->why}};
  }
  if (!overtaken) {
    context_.facts[engine::facts::last_sample(probe_)] = {
        {"status", name_of(outcome.status)}, {"t_ns", sample.at("ended_ns")}, {"value", outcome.value}};
    if (!right) last_other_ns_ = sample.at("ended_ns").as_int64();
    context_.facts[engine::facts::answers(probe_, call_class_)] = {{"right", right},
                                                                   {"other_ns", last_other_ns_}};
  }
  context_.journal.write("sample", std::move(sample));
  ++samples_;
}

Link::Link(engine::RunContext& context, cnpg::Way way, Duration lifetime)
    : context_(context), way_(std::move(way)), lifetime_(lifetime) {}

Task<Result<postgres::Rows>> Link::query(std::string sql, std::vector<std::optional<std::string>> parameters,
                                         Duration limit) {
  auto work = attempt(std::move(sql), std::move(parameters), limit);
  auto result = co_await with_deadline(std::move(work), limit, "call through service " + way_.service);
  if (!result) connection_.reset();
  co_return result;
}

Task<Result<postgres::Rows>> Link::attempt(std::string sql,
                                           std::vector<std::optional<std::string>> parameters,
                                           Duration limit) {
  bool const old = std::chrono::steady_clock::now() - connected_at_ > lifetime_;
  if (!connection_ || connection_->broken() || old) {
    CO_TRY_VOID(co_await connect(limit));
  }
  co_return co_await connection_->query(std::move(sql), std::move(parameters), limit);
}

Task<Result<>> Link::connect(Duration limit) {
  connection_.reset();
  if (!parameters_) {
    CO_TRY(parameters_, co_await context_.databases.reach(way_, context_.target.database));
    parameters_->application_name = "pgdrill-" + context_.run_id;
  }
  auto connection = co_await postgres::AsyncConnection::connect(*parameters_, limit);
  if (!connection) {
    // A refused password or an authority may have been rotated: read the secrets again next time.
    bool const outdated = connection.error().code.starts_with("28") || connection.error().code == "tls";
    if (outdated) parameters_.reset();
    co_return fail(std::move(connection).error());
  }
  connection_ = *std::move(connection);
  connected_at_ = std::chrono::steady_clock::now();
  co_return Result<>();
}

Task<Result<>> Link::reconnect(Duration limit) {
  auto work = connect(limit);
  auto result = co_await with_deadline(std::move(work), limit, "connect through service " + way_.service);
  if (!result) connection_.reset();
  co_return result;
}

std::string why_too_often(std::string const& every) {
  bool const often = parse_duration(every).value_or(Duration::zero()) < std::chrono::milliseconds(1);
  return often ? "at most 1000 calls a second are made" : "";
}

std::vector<scenario::ParameterDeclaration> common_parameters(std::string every, std::string timeout) {
  using scenario::ParameterType;
  return {
      {.name = "every",
       .type = ParameterType::duration,
       .default_value = std::move(every),
       .help = "time between two calls; the schedule never moves",
       .complaint = &why_too_often},
      {"timeout", ParameterType::duration, false, std::move(timeout),
       "deadline of each call, connecting included"},
      {"service", ParameterType::text, false, "", "Service to connect through; default: the target's"},
      {"secret", ParameterType::text, false, "", "Secret with username and password; default: the target's"},
  };
}

std::vector<scenario::Permission> database_permissions() {
  return engine::together({engine::database_permissions(), engine::superuser_permissions()});
}

std::string service_of(engine::RunContext const& context, scenario::ProbeSpec const& spec) {
  auto given = spec.parameters.text("service");
  return given.empty() ? context.target.service : given;
}

std::string secret_of(engine::RunContext const& context, scenario::ProbeSpec const& spec) {
  auto given = spec.parameters.text("secret");
  return given.empty() ? context.target.secret : given;
}

std::vector<scenario::ParameterDeclaration> way_parameters() {
  using scenario::ParameterType;
  return {
      {"via",
       ParameterType::text,
       false,
       "forward",
       "forward: by port-forward of the API server, from anywhere; service: by the Service's name in the "
       "cluster's DNS, as clients go, where pgdrill runs in the cluster",
       {"forward", "service"}},
      {"tls",
       ParameterType::text,
       false,
       "require",
       "what is asked of the server's certificate: require (nothing), verify-ca (the authority), verify-full "
       "(the Service's name too)",
       {"require", "verify-ca", "verify-full"}},
      {"authority", ParameterType::text, false, "",
       "Secret whose ca.crt signs the server's certificate, for verify-ca and verify-full; default: "
       "CLUSTER-ca of the target"},
  };
}

cnpg::Way way_of(engine::RunContext const& context, scenario::ProbeSpec const& spec) {
  json::object const& given = spec.parameters.values();
  std::string const tls = get_string(given, "tls");
  return {.service = service_of(context, spec),
          .secret = secret_of(context, spec),
          .by_name = get_string(given, "via") == "service",
          .tls = tls.empty() ? "require" : tls,
          .authority = engine::authority_of(context.target, spec)};
}

}  // namespace pgdrill::probes
