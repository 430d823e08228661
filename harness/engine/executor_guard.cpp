// What must hold before anything is touched: the opt-in, the hold on the namespace, no undo left by others,
// and each step's own preflight.
#include "harness/engine/executor.hpp"

namespace pgdrill::engine {

namespace {

Error not_allowed(std::string const& ns) {
  return {.kind = ErrorKind::refused,
          .what = "namespace " + ns + " must not be broken",
          .where = "Namespace " + ns,
          .why = "it does not carry the label " + std::string(allow_label) + "=true",
          .todo = "if it is a test namespace: kubectl label namespace " + ns + " " +
                  std::string(allow_label) + "=true"};
}

Error undo_is_pending(std::string const& ns, PendingUndo const& pending) {
  std::string what = pending.records.empty() ? std::string() : ", first: " + pending.records.back().summary;
  return {.kind = ErrorKind::refused,
          .what = "namespace " + ns + " has undo pending",
          .where = "ConfigMap " + ns + "/" + pending.config_map,
          .why = "run " + pending.run_id + " left " + std::to_string(pending.records.size()) +
                 " thing(s) to undo" + what,
          .todo = "pgdrill cleanup -n " + ns};
}

}  // namespace

Task<Result<>> Executor::guard() {
  std::string const ns = settings_.scenario.target.ns;
  CO_TRY(json::value const found, co_await settings_.kube->get({kube::namespace_type, "", ns}));
  if (kube::label_of(found, allow_label) != "true") co_return fail(not_allowed(ns));
  CO_TRY_VOID(co_await lease_.acquire());
  CO_TRY(std::vector<PendingUndo> const pending, co_await pending_undo(*settings_.kube, ns));
  if (!pending.empty()) co_return fail(undo_is_pending(ns, pending.front()));
  co_return Result<>();
}

Task<Result<>> Executor::preflight() {
  for (scenario::StepSpec const& spec : settings_.scenario.steps) {
    Entry<Step> const* const entry = find_entry(*settings_.steps, spec.kind);
    if (entry == nullptr) {
      co_return fail({.kind = ErrorKind::internal,
                      .what = "cannot run step '" + spec.id + "'",
                      .where = spec.location.text(),
                      .why = "there is no step of kind '" + spec.kind + "'"});
    }
    steps_.push_back(entry->make());
  }
  for (std::size_t i = 0; i < steps_.size(); ++i) {
    scenario::StepSpec const& spec = settings_.scenario.steps[i];
    Task<Result<>> asked = steps_[i]->preflight(context_, spec);
    CO_TRY_VOID(
        co_await with_deadline(std::move(asked), spec.timeout, "preflight of step '" + spec.id + "'"));
  }
  co_return Result<>();
}

}  // namespace pgdrill::engine
