// Steps and probes of a run, each wrapped in deadline, journal and cancellation.
#include "harness/engine/executor.hpp"

namespace pgdrill::engine {

namespace {

// The database may still be starting: a probe's preparation is tried again for so long.
constexpr auto probe_prepare_limit = std::chrono::seconds(30);

json::object objective_json(scenario::Objective const& objective) {
  json::object value{{"name", objective.name}, {"unit", objective.unit}};
  if (objective.unit == "s") {
    value["limit_ns"] = objective.limit.count();
  } else {
    value["limit_count"] = objective.count_limit;
  }
  return value;
}

}  // namespace

void Executor::write_started() {
  scenario::Scenario const& scenario = settings_.scenario;
  json::array objectives;
  json::array probes;
  json::array steps;
  for (scenario::Objective const& objective : scenario.objectives) {
    objectives.push_back(objective_json(objective));
  }
  for (scenario::ProbeSpec const& probe : scenario.probes) {
    // What compares states is evidence; what a client sees is the RTO, unless the scenario says otherwise.
    bool const rto = probe.rto.value_or(find_entry(state_probes(), probe.kind) == nullptr);
    probes.push_back({{"name", probe.name}, {"kind", probe.kind}, {"rto", rto}});
  }
  for (scenario::StepSpec const& step : scenario.steps) {
    steps.push_back({{"id", step.id}, {"kind", step.kind}, {"title", step.title}});
  }
  settings_.journal->write("run-started", {{"scenario",
                                            {{"name", scenario.name},
                                             {"title", scenario.title},
                                             {"file", scenario.file.filename().string()},
                                             {"sha256", scenario.sha256}}},
                                           {"pgdrill", {{"version", PGDRILL_VERSION}}},
                                           {"target",
                                            {{"namespace", scenario.target.ns},
                                             {"cluster", scenario.target.cluster},
                                             {"database", scenario.target.database},
                                             {"service", scenario.target.service},
                                             {"context", settings_.kube->access().description}}},
                                           {"objectives", std::move(objectives)},
                                           {"probes", std::move(probes)},
                                           {"steps", std::move(steps)}});
}

Task<Result<>> Executor::start_probes(Scope& scope) {
  probes_started_ = true;
  for (scenario::ProbeSpec const& spec : settings_.scenario.probes) {
    Entry<Probe> const* const entry = find_entry(*settings_.probes, spec.kind);
    if (entry == nullptr) {
      co_return fail({.kind = ErrorKind::internal,
                      .what = "cannot start probe '" + spec.name + "'",
                      .where = spec.location.text(),
                      .why = "there is no probe of kind '" + spec.kind + "'"});
    }
    probes_.push_back(entry->make());
    Task<Result<>> prepared = probes_.back()->prepare(context_, spec);
    Result<> const ready =
        co_await with_deadline(std::move(prepared), probe_prepare_limit, "cannot prepare probe");
    if (!ready) {
      Error error = ready.error();
      error.what = "cannot start probe '" + spec.name + "': " + error.what;
      co_return fail(std::move(error));
    }
  }
  for (std::size_t i = 0; i < probes_.size(); ++i) {
    scenario::ProbeSpec const& spec = settings_.scenario.probes[i];
    settings_.journal->write("probe-started", {{"probe", spec.name}, {"kind", spec.kind}});
    scope.spawn(spec.name, watch_probe(i));
  }
  co_return Result<>();
}

Task<> Executor::watch_probe(std::size_t index) {
  scenario::ProbeSpec const& spec = settings_.scenario.probes[index];
  json::object finished{{"probe", spec.name}};
  std::exception_ptr cancelled;
  try {
    co_await probes_[index]->run(context_, spec);
  } catch (...) {
    std::exception_ptr const problem = std::current_exception();
    if (is_cancellation(problem)) {
      cancelled = problem;
    } else {
      // A probe that breaks is not measured from here on; the run itself goes on.
      Error error{.kind = ErrorKind::internal, .what = "probe '" + spec.name + "' broke"};
      try {
        std::rethrow_exception(problem);
      } catch (std::exception const& thrown) {
        error.why = thrown.what();
      } catch (...) {
        error.why = "unknown exception";
      }
      finished["error"] = to_json(error);
    }
  }
  settings_.journal->write("probe-finished", std::move(finished));
  if (cancelled) std::rethrow_exception(cancelled);
}

void Executor::finish_step(std::size_t index, std::string_view status, Duration duration,
                           json::object outputs, std::optional<Error> const& error) {
  json::object fields{{"step", settings_.scenario.steps[index].id},
                      {"status", status},
                      {"duration_ns", duration.count()},
                      {"outputs", std::move(outputs)}};
  if (error) fields["error"] = to_json(*error);
  settings_.journal->write("step-finished", std::move(fields));
  finished_ = index + 1;
}

void Executor::skip_from(std::size_t index) {
  for (; index < settings_.scenario.steps.size(); ++index) {
    finish_step(index, "skipped", Duration::zero(), {}, {});
  }
}

Task<bool> Executor::run_step(std::size_t index) {
  scenario::StepSpec const& spec = settings_.scenario.steps[index];
  settings_.journal->write("step-started", {{"step", spec.id}, {"kind", spec.kind}, {"title", spec.title}});
  Monotonic const started = std::chrono::steady_clock::now();
  auto const spent = [started] { return std::chrono::steady_clock::now() - started; };
  std::exception_ptr problem;
  try {
    Task<Result<StepOutcome>> running = steps_[index]->run(context_, spec);
    Result<StepOutcome> outcome =
        co_await with_deadline(std::move(running), spec.timeout, "step '" + spec.id + "' did not end");
    if (outcome) {
      finish_step(index, outcome->passed ? "ok" : "failed", spent(), std::move(outcome->outputs), {});
      if (!outcome->passed) end_.status = "failed";
      co_return outcome->passed;
    }
    finish_step(index, "error", spent(), {}, outcome.error());
    end_.error = outcome.error();
    co_return false;
  } catch (...) {
    problem = std::current_exception();
  }
  bool const cancelled = is_cancellation(problem);
  finish_step(index, cancelled ? "cancelled" : "error", spent(), {}, {});
  std::rethrow_exception(problem);
}

Task<> Executor::run_steps(Scope& probe_scope) {
  for (std::size_t i = 0; i < steps_.size(); ++i) {
    if (!probes_started_ && steps_[i]->observed()) {
      Result<> const started = co_await start_probes(probe_scope);
      if (!started) {
        end_.error = started.error();
        break;
      }
    }
    bool const passed = co_await run_step(i);
    if (!passed) break;
  }
  probe_scope.cancel();
}

}  // namespace pgdrill::engine
