// Probes of a run: made ready, run beside the items, each one's end in the journal.
#include "harness/engine/executor.hpp"

namespace pgdrill::engine {

namespace {

// The database may still be starting: a probe's preparation is tried again for so long.
constexpr auto probe_prepare_limit = std::chrono::seconds(30);

}  // namespace

Task<Result<>> Executor::start_probes() {
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
    probe_scope_->spawn(spec.name, watch_probe(i));
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

}  // namespace pgdrill::engine
