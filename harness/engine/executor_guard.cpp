// What must hold before anything is touched: the opt-in, the hold on the namespace, no undo left by others,
// what the scenario names, and each step's own preflight.
#include "harness/engine/executor.hpp"
#include "harness/engine/named_objects.hpp"

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

template <class T>
std::vector<scenario::Declaration> declared(std::vector<Entry<T>> const& entries) {
  std::vector<scenario::Declaration> all;
  for (Entry<T> const& entry : entries) all.push_back(entry.declaration);
  return all;
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

Task<Result<>> Executor::make_items() {
  for (Item const* item : scenario::all_items(settings_.scenario)) {
    Entry<Step> const* const step = find_entry(*settings_.steps, item->kind);
    Entry<Fault> const* const fault = find_entry(*settings_.faults, item->kind);
    bool const is_fault = item->sort == Item::Sort::fault;
    if (is_fault ? fault == nullptr : step == nullptr) {
      co_return fail({.kind = ErrorKind::internal,
                      .what = "cannot run step '" + item->id + "'",
                      .where = item->location.text(),
                      .why = "there is no step of kind '" + item->kind + "'"});
    }
    if (is_fault) {
      faults_[item] = fault->make();
    } else {
      steps_[item] = step->make();
    }
    note_beside(item->during);
  }
  co_return Result<>();
}

void Executor::note_beside(std::vector<Item> const& items) {
  for (Item const& item : items) {
    beside_.insert(&item);
    note_beside(item.children);
  }
}

Task<Result<>> Executor::preflight() {
  scenario::Catalogue const catalogue{.steps = declared(*settings_.steps),
                                      .faults = declared(*settings_.faults),
                                      .probes = declared(*settings_.probes),
                                      .triggers = declared(*settings_.triggers)};
  CO_TRY_VOID(co_await must_exist(*settings_.kube, settings_.scenario.target,
                                  named_objects(settings_.scenario, catalogue)));
  for (Item const* item : scenario::all_items(settings_.scenario)) {
    auto const step = steps_.find(item);
    Task<Result<>> asked = step != steps_.end() ? step->second->preflight(context_, *item)
                                                : faults_.at(item)->preflight(context_, *item);
    CO_TRY_VOID(
        co_await with_deadline(std::move(asked), item->timeout, "preflight of step '" + item->id + "'"));
  }
  co_return Result<>();
}

}  // namespace pgdrill::engine
