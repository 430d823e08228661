// One use of a fault: trigger, target, undo announced, act, witness, held, lifted, dose. What is missing of
// it makes the run inconclusive, never good.
#include "harness/engine/executor.hpp"
#include "harness/engine/shielded.hpp"

namespace pgdrill::engine {

namespace {

// Undo of one fault is not held up by its step's end, nor for ever by an API that does not answer.
constexpr auto lift_limit = std::chrono::seconds(60);
// Longer than any step: what is held without `for` ends with the step that it stands beside.
constexpr auto longest_hold = std::chrono::hours(24 * 365);

bool missed_target(Error const& error) {
  return error.kind == ErrorKind::not_found || error.kind == ErrorKind::conflict;
}

}  // namespace

/// Writes the missing witness that makes the run inconclusive.
void Executor::miss(FaultRun& run, std::string expected, std::string observed) {
  run.settled = true;
  settings_.journal->write("fault", {{"step", run.spec.id}, {"action", "missed"}, {"why", observed}});
  context_.witness(
      run.spec.id,
      {.channel = run.declaration.witness, .expected = std::move(expected), .observed = std::move(observed)},
      run.target);
}

/// Two of the same kind on the same target would be one: the first to be lifted ends both, and what the
/// second is seen to do is the first one's work.
Result<> Executor::claim_target(FaultRun const& run) {
  if (!run.declaration.lasting) return {};
  std::string const what = run.spec.kind + " " + json::serialize(run.spec.parameters.values());
  auto const [holder, free] = in_force_.emplace(what, run.spec.id);
  if (free || holder->second == run.spec.id) return {};
  return fail({.kind = ErrorKind::usage,
               .what = "the fault is in force already",
               .where = run.spec.location.text(),
               .why = "step " + holder->second + " does the same to the same target and was not lifted yet",
               .todo = "let one end before the other begins, or give them different targets"});
}

Task<Result<>> Executor::arm(FaultRun& run) {
  CO_TRY_VOID(claim_target(run));
  CO_TRY(FaultTarget const target, co_await run.fault.prepare(context_, run.spec));
  run.target = target.text;
  for (UndoRecord const& record : target.undo) {
    CO_TRY(std::string id, co_await undo_log_.announce(record));
    run.undo_ids.push_back(std::move(id));
  }
  run.armed = true;
  settings_.journal->write("fault", {{"step", run.spec.id}, {"action", "armed"}, {"target", run.target}});
  co_return Result<>();
}

Task<Result<>> Executor::strike(FaultRun& run) {
  run.effect = Span{.from = settings_.journal->elapsed_ns()};
  CO_TRY_VOID(co_await run.fault.apply(context_, run.spec));
  run.struck = true;
  json::object fields{
      {"step", run.spec.id}, {"action", "applied"}, {"target", run.target}, {"act_ns", run.effect->from}};
  if (run.fired) fields["error_ns"] = run.effect->from - run.fired->condition_ns;
  settings_.journal->write("fault", std::move(fields));
  co_return Result<>();
}

Task<Result<>> Executor::see(FaultRun& run) {
  CO_TRY(Witness const witness, co_await run.fault.witness(context_, run.spec));
  if (!run.declaration.lasting) run.effect->to = settings_.journal->elapsed_ns();
  run.settled = true;
  context_.witness(run.spec.id, witness, run.target);
  co_return Result<>();
}

/// Comes to the moment at which to strike. What can be chosen and announced before is, so that nothing stands
/// between the trigger and the act.
Task<Result<>> Executor::approach(FaultRun& run) {
  if (run.fault.early() && !settings_.placebo) CO_TRY_VOID(co_await arm(run));
  if (!run.spec.when) co_return Result<>();
  Result<Fired> fired = fail({});
  if (beside_.contains(&run.spec)) {
    fired = co_await wait_for(run.spec);  // until its step ends
  } else {
    Task<Result<Fired>> waiting = wait_for(run.spec);
    fired = co_await with_deadline(std::move(waiting), run.spec.timeout, "its trigger did not fire");
  }
  if (!fired) co_return fail(fired.error());
  run.fired = *fired;
  co_return Result<>();
}

Task<Result<>> Executor::hit(FaultRun& run) {
  if (!run.armed) CO_TRY_VOID(co_await arm(run));
  CO_TRY_VOID(co_await strike(run));
  co_return co_await see(run);
}

Task<Result<>> Executor::act(FaultRun& run) {
  CO_TRY_VOID(co_await approach(run));
  if (settings_.placebo) {
    run.settled = true;
    settings_.journal->write("fault", {{"step", run.spec.id}, {"action", "left-out"}});
    co_return Result<>();
  }
  Task<Result<>> hitting = hit(run);
  co_return co_await with_deadline(std::move(hitting), run.spec.timeout, "its effect was not seen");
}

/// A blow may be what ends the step that it stands beside, before it was seen. Whether it fell into its phase
/// is told by marks; where the step itself is the phase, what is seen later does not count.
bool Executor::still_to_be_seen(FaultRun const& run) const {
  scenario::Phase const* const phase = scenario::find_phase(run.spec.overlap);
  bool const told_by_marks = phase != nullptr && !phase->begins_with.empty();
  bool const stopped = signal_ || end_.error;
  return run.struck && !run.settled && !run.error && !run.declaration.lasting && told_by_marks && !stopped;
}

Task<> Executor::see_after_step(FaultRun& run) {
  Task<Result<>> seeing = see(run);
  Result<> const seen =
      co_await with_deadline(std::move(seeing), run.spec.timeout, "its effect was not seen");
  if (!seen) run.error = seen.error();
}

Task<> Executor::lift(FaultRun& run) {
  if (!run.undo_ids.empty() && !run.keeps) {
    UndoContext context = undo_context();
    std::optional<bool> undone;
    Task<> all = ::pgdrill::detail::store(undo_log_.undo_these(context, run.undo_ids), undone);
    static_cast<void>(co_await ::pgdrill::detail::race_timer(std::move(all), lift_limit));
    // What is left of it is tried again, and told, at the end of the run.
    bool const lifted = undone.value_or(false);
    settings_.journal->write("fault", {{"step", run.spec.id}, {"action", lifted ? "lifted" : "left"}});
    if (run.effect) run.effect->to = settings_.journal->elapsed_ns();
  }
  if (!run.keeps) std::erase_if(in_force_, [&](auto const& one) { return one.second == run.spec.id; });
  if (!run.settled || !run.effect || settings_.placebo) co_return;
  if (run.keeps) {
    kept_.push_back({&run.spec, *run.effect});
  } else {
    check_dose(run.spec, run.declaration.lasting, *run.effect);
  }
}

void Executor::check_dose(Item const& spec, bool lasting, Span effect) {
  scenario::Phase const* const phase = scenario::find_phase(spec.overlap);
  if (phase == nullptr || phase->begins_with.empty()) return;  // it ends with the step that it stands beside
  Dose const dose = dose_of(effect, lasting, spans_of(*phase, context_.mark_times));
  context_.witness(spec.id,
                   {.seen = dose.overlaps,
                    .channel = "marks of phase " + phase->name,
                    .expected = "the effect overlaps phase " + phase->name,
                    .observed = dose.observed},
                   "dose");
}

/// Tells how it ended; false when the run must not go on.
bool Executor::finish_fault(FaultRun& run, bool cancelled, Duration duration) {
  bool const stopped = cancelled && (signal_ || end_.error);
  json::object outputs{{"target", run.target}, {"acted", run.effect.has_value()}};
  if (settings_.placebo) outputs["placebo"] = true;
  if (stopped) {
    finish_item(run.spec, "cancelled", duration, std::move(outputs), {});
    return true;
  }
  if (run.error && !missed_target(*run.error) && run.error->kind != ErrorKind::timeout) {
    finish_item(run.spec, "error", duration, std::move(outputs), run.error);
    if (!end_.error) end_.error = run.error;
    return false;
  }
  if (!run.settled && !settings_.placebo) {
    std::string const expected = run.effect ? "its effect" : "something to hit at the right moment";
    std::string const observed = run.error ? ::pgdrill::describe(*run.error) : "the step ended before";
    miss(run, expected, observed);
  }
  finish_item(run.spec, run.effect || settings_.placebo ? "ok" : "skipped", duration, std::move(outputs), {});
  return true;
}

Task<> Executor::play(FaultRun& run) {
  Result<> const acted = co_await act(run);
  if (!acted) run.error = acted.error();
  if (!acted || !run.declaration.lasting) co_return;
  run.keeps = !run.spec.held && !beside_.contains(&run.spec);
  if (!run.keeps) co_await sleep_for(run.spec.held.value_or(longest_hold));
}

Task<bool> Executor::run_fault(Item const& item) {
  Entry<Fault> const* const entry = find_entry(*settings_.faults, item.kind);
  FaultRun run{.spec = item, .declaration = entry->declaration, .fault = *faults_.at(&item)};
  start_item(item);
  Monotonic const started = std::chrono::steady_clock::now();
  std::exception_ptr problem;
  try {
    co_await play(run);
  } catch (...) {
    problem = std::current_exception();
  }
  // Nobody's cancellation keeps what was done from being undone.
  bool const throws = co_await asio::this_coro::throw_if_cancelled();
  co_await asio::this_coro::throw_if_cancelled(false);
  if (is_cancellation(problem) && still_to_be_seen(run)) {
    Task<> seeing = see_after_step(run);
    co_await shielded(std::move(seeing));
  }
  Task<> lifting = lift(run);
  co_await shielded(std::move(lifting));
  co_await asio::this_coro::throw_if_cancelled(throws);
  bool const cancelled = is_cancellation(problem);
  bool const goes_on = finish_fault(run, cancelled, std::chrono::steady_clock::now() - started);
  if (problem && !(cancelled && beside_.contains(&item))) std::rethrow_exception(problem);
  co_return goes_on;
}

}  // namespace pgdrill::engine
