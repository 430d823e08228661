#include "harness/engine/executor.hpp"

#include <boost/asio/cancellation_state.hpp>

namespace pgdrill::engine {

namespace {

RunContext make_context(RunSettings const& settings, UndoLog& undo_log) {
  return {.run_id = settings.run_id,
          .target = settings.scenario.target,
          .scenario_directory = std::filesystem::absolute(settings.scenario.file).parent_path(),
          .evidence_directory = settings.evidence_directory,
          .kube = settings.kube,
          .journal = *settings.journal,
          .undo = undo_log,
          .databases = *settings.databases,
          .facts = {},
          .seed = settings.seed};
}

}  // namespace

Executor::Executor(RunSettings settings)
    : settings_(std::move(settings)),
      undo_log_(*settings_.journal, settings_.kube, settings_.scenario.target.ns, settings_.run_id),
      context_(make_context(settings_, undo_log_)),
      lease_(settings_.kube, settings_.scenario.target.ns, settings_.run_id, settings_.lease_duration) {
  if (settings_.steps == nullptr) settings_.steps = &engine::steps();
  if (settings_.probes == nullptr) settings_.probes = &engine::probes();
  if (settings_.faults == nullptr) settings_.faults = &engine::faults();
  if (settings_.triggers == nullptr) settings_.triggers = &engine::triggers();
}

UndoContext Executor::undo_context() {
  return {.kube = settings_.kube,
          .ns = settings_.scenario.target.ns,
          .run_id = settings_.run_id,
          .databases = *settings_.databases};
}

std::string Executor::undo_progress() const {
  if (undo_ended_ || undo_log_.pending() == 0) return {};
  std::string const doing = undo_log_.doing();
  return std::to_string(undo_log_.pending()) + " left to undo" +
         (doing.empty() ? ", first: " + undo_log_.open().back().summary : "; now: " + doing);
}

std::vector<UndoRecord> Executor::abandon() {
  json::array left;
  for (UndoRecord const& record : undo_log_.open()) left.emplace_back(record.summary);
  // A full disk changes nothing about what is left; the caller tells it.
  static_cast<void>(settings_.journal->write_durably("abandoned", {{"left", std::move(left)}}));
  return undo_log_.open();
}

void Executor::interrupt(int signal) {
  if (signal_) return;
  signal_ = signal;
  settings_.journal->write("interrupted", {{"signal", signal}});
  if (work_scope_ != nullptr) work_scope_->cancel();
}

/// The first reason counts: what follows from it is no news.
void Executor::stop(Error error) {
  if (!end_.error) end_.error = std::move(error);
  if (work_scope_ != nullptr) work_scope_->cancel();
}

Task<RunEnd> Executor::run() {
  co_await asio::this_coro::reset_cancellation_state(asio::disable_cancellation());
  write_started();
  settings_.journal->on_problem([this] { stop(*settings_.journal->problem()); });
  asio::any_io_executor const executor = co_await asio::this_coro::executor;
  Scope lease_scope(executor);  // the namespace is held until all is undone
  {
    Scope scope(executor);
    work_scope_ = &scope;
    scope.spawn("run", work(lease_scope));
    if (signal_ || settings_.journal->problem()) scope.cancel();
    if (settings_.journal->problem()) end_.error = settings_.journal->problem();
    try {
      co_await scope.join();
    } catch (std::exception const& problem) {
      end_.error = Error{.kind = ErrorKind::internal, .what = "the run broke", .why = problem.what()};
    }
    work_scope_ = nullptr;
  }
  skip_the_rest();
  co_await undo();
  undo_ended_ = true;
  lease_scope.cancel();
  co_await lease_scope.join();
  Result<> const released = co_await lease_.release();
  if (!released) {
    settings_.journal->write("fact", {{"name", "lease-left"}, {"value", to_json(released.error())}});
  }
  if (signal_) {
    end_.status = "interrupted";
  } else if (end_.error) {
    end_.status = "error";
  } else if (end_.status.empty()) {
    end_.status = "completed";
  }
  json::object fields{{"status", end_.status}};
  if (end_.error) fields["error"] = to_json(*end_.error);
  settings_.journal->write("run-finished", std::move(fields));
  settings_.journal->on_problem({});
  co_return end_;
}

Task<> Executor::work(Scope& lease_scope) {
  Result<> ready = co_await guard();
  if (lease_.held()) lease_scope.spawn("lease", keep_lease());
  if (ready) ready = co_await make_items();
  if (ready) ready = co_await preflight();
  if (!ready) {
    stop(ready.error());
    co_return;
  }
  std::function<Task<>(Scope&)> body = [this](Scope& probe_scope) { return run_all(probe_scope); };
  co_await with_scope(std::move(body));
}

Task<> Executor::keep_lease() {
  Result<> const kept = co_await lease_.keep();
  if (!kept) stop(kept.error());
}

Task<> Executor::undo() {
  UndoContext context = undo_context();
  end_.announced = undo_log_.announced() > 0;
  if (undo_log_.pending() > 0) {
    std::optional<std::vector<UndoRecord>> left;
    Task<> all = ::pgdrill::detail::store(undo_log_.undo_all(context), left);
    bool const in_time = co_await ::pgdrill::detail::race_timer(std::move(all), settings_.undo_limit);
    if (!in_time) {
      settings_.journal->write(
          "fact", {{"name", "undo-timeout"}, {"value", {{"limit", format_duration(settings_.undo_limit)}}}});
    }
    end_.left = undo_log_.open();
  }
}

}  // namespace pgdrill::engine
