// The contracts of steps, faults, triggers and probes, and how each registers itself by one line at the end
// of its own file:
//
//   static RegisterStep<CaptureTarget> const registered;
#pragma once
#include <functional>
#include <memory>
#include <string>
#include <vector>

#include "harness/engine/context.hpp"
#include "harness/scenario/catalogue.hpp"

namespace pgdrill::engine {

/// How a step ended.
struct StepOutcome {
  bool passed = true;    ///< false: a property is disproved; the run goes on to undo and is a no-go
  json::object outputs;  ///< journaled with step-finished
};

/// A step: made fresh for each use, runs once. A deadline, the journal and cancellation are wrapped around
/// it. Before it changes anything it announces the undo (context.undo), and after it the witness goes into
/// the journal.
class Step {
 public:
  virtual ~Step() = default;
  /// Asked of every step before the first one runs, so that what cannot work is refused while nothing is
  /// broken.
  [[nodiscard]] virtual Task<Result<>> preflight(RunContext& context, scenario::StepSpec const& spec) {
    static_cast<void>(context);
    static_cast<void>(spec);
    co_return Result<>();
  }
  [[nodiscard]] virtual Task<Result<StepOutcome>> run(RunContext& context,
                                                      scenario::StepSpec const& spec) = 0;
  /// Whether the probes must run before it: false for a step that waits until there is something to probe.
  /// Probes start before the first step that is observed.
  [[nodiscard]] virtual bool observed() const { return true; }
  /// Whether a use of it that ends well always changes something, and so writes a witness: false where it is
  /// known only while it runs (a Backup is taken when there is none). Of one without a declared effect nobody
  /// asks.
  [[nodiscard]] virtual bool always_acts(scenario::StepSpec const& spec) const {
    static_cast<void>(spec);
    return true;
  }
  /// Names of the `check` events that it writes when it comes to its end, whatever they come to: the journal
  /// tells them before the first step runs, so that a report knows which a run did not reach.
  [[nodiscard]] virtual std::vector<std::string> checks(scenario::StepSpec const& spec,
                                                        scenario::Scenario const& scenario) const {
    static_cast<void>(spec);
    static_cast<void>(scenario);
    return {};
  }
};

/// What a fault has chosen to hit, and how that is undone.
struct FaultTarget {
  std::string text;                   ///< "Pod develop/orders-1 (uid 4f2...)"
  std::vector<UndoRecord> undo = {};  ///< announced before `apply`; undone last in, first out
};

/// A fault: made fresh for each use. The engine waits for its trigger, announces the undo, applies, asks for
/// the witness, holds it, lifts it by its undo records, and compares the time of the effect with the phase
/// that it is aimed at. A fault without witness or outside its phase makes the run inconclusive.
class Fault {
 public:
  virtual ~Fault() = default;
  /// As Step::preflight.
  [[nodiscard]] virtual Task<Result<>> preflight(RunContext& context, scenario::StepSpec const& spec) {
    static_cast<void>(context);
    static_cast<void>(spec);
    co_return Result<>();
  }
  /// Chooses exactly what is hit, and touches nothing. Error not_found: there is nothing to hit now.
  [[nodiscard]] virtual Task<Result<FaultTarget>> prepare(RunContext& context,
                                                          scenario::StepSpec const& spec) = 0;
  /// Whether the target can be chosen, and its undo announced, before the trigger fires: true when the same
  /// thing is there from the start, false for a pod that appears later.
  [[nodiscard]] virtual bool early() const { return false; }
  /// Error not_found or conflict: it is gone or changed meanwhile; nothing was hit.
  [[nodiscard]] virtual Task<Result<>> apply(RunContext& context, scenario::StepSpec const& spec) = 0;
  /// Looks until the effect is seen; the engine stops it at the step's time-out, which is a missing witness.
  [[nodiscard]] virtual Task<Result<Witness>> witness(RunContext& context,
                                                      scenario::StepSpec const& spec) = 0;
};

/// Told each observation of a feed; true: enough was seen.
using Look = std::function<bool(json::value observation)>;

/// A condition on observed state: waited for (`when`), required (`steady-state`) or forbidden (`abort-when`).
/// The decision is a pure function of the observations, the feed only brings them.
class Trigger {
 public:
  virtual ~Trigger() = default;
  /// Whether the condition holds by this observation and those before it.
  [[nodiscard]] virtual bool holds(scenario::TriggerSpec const& spec, json::value const& observation) = 0;
  /// Brings observations, the present state first, until `look` has seen enough. An observation may say in
  /// field `at` when its source saw it, and in `asked_ns` when it was asked for (Journal::elapsed_ns): what
  /// it does not show was not so before then.
  [[nodiscard]] virtual Task<Result<>> feed(RunContext& context, scenario::TriggerSpec const& spec,
                                            Look look) = 0;
};

/// A continuous probe: samples on its own schedule and its own connections until it is cancelled.
class Probe {
 public:
  virtual ~Probe() = default;
  /// Makes ready what it needs (a table, a first connection) before the first step. Announces undo.
  [[nodiscard]] virtual Task<Result<>> prepare(RunContext& context, scenario::ProbeSpec const& spec) = 0;
  [[nodiscard]] virtual Task<> run(RunContext& context, scenario::ProbeSpec const& spec) = 0;
};

/// A difference between two snapshots of a state, as a person would say it.
struct Difference {
  std::string object;                  ///< "table public.ledger_entries"
  std::string what;                    ///< "1429 of 10000 rows changed in column amount"
  std::int64_t count = 1;              ///< rows, or 1
  std::vector<std::string> rows = {};  ///< keys of some of them: "id=7", at most 20
  std::string mend = {};               ///< DDL that leads back, where it is known
};

/// Runs SQL as the superuser in the database of a snapshot, within a limit; gives what psql printed.
using AskSuperuser = std::function<Task<Result<std::string>>(std::string sql, Duration limit)>;

/// How much a state probe may ask of the server while it reads content.
struct LoadLimits {
  int connections = 2;                      ///< reading at the same time
  double statements_per_second = 0;         ///< of all connections together; 0: as fast as they go
  Duration lock = std::chrono::seconds(2);  ///< longest wait for a table's lock; longer is an error (55P03)
};

/// What can be captured at one moment and compared with another moment: digest, schema fingerprint. A
/// snapshot may list in `not_examined` (texts) what it does not speak of, with the reason.
class StateProbe {
 public:
  virtual ~StateProbe() = default;
  /// Keeps what it reads from now on within limits. True for one that reads content: a replica that has
  /// caught up may be asked for it in place of the primary. False: it takes no limits.
  virtual bool keep_within(LoadLimits const& limits) {
    static_cast<void>(limits);
    return false;
  }
  /// A snapshot as JSON. Never includes schema `pgdrill`.
  [[nodiscard]] virtual Task<Result<json::object>> capture(postgres::ConnectionParameters database) = 0;
  /// The same for a comparison with `before`: may look closer where it differs.
  [[nodiscard]] virtual Task<Result<json::object>> capture_against(postgres::ConnectionParameters database,
                                                                   json::object const& before) {
    static_cast<void>(before);
    return capture(std::move(database));
  }
  /// Adds to a snapshot what its role could not see. Never fails: what stays unknown is in `not_examined`.
  /// @param most how long it may take
  [[nodiscard]] virtual Task<json::object> complete(json::object snapshot, AskSuperuser ask, Duration most) {
    static_cast<void>(ask);
    static_cast<void>(most);
    co_return snapshot;
  }
  [[nodiscard]] virtual std::vector<Difference> compare(json::object const& before,
                                                        json::object const& after) const = 0;
  /// The same when changes were declared: those are no differences. The forms: docs/probes.md, digest.
  [[nodiscard]] virtual std::vector<Difference> compare_but_for(
      json::object const& before, json::object const& after, std::vector<std::string> const& expected) const {
    static_cast<void>(expected);
    return compare(before, after);
  }
};

/// The list `not_examined` of a snapshot.
[[nodiscard]] std::vector<std::string> not_examined_in(json::object const& snapshot);

template <class T>
using Make = std::unique_ptr<T> (*)();

template <class T>
struct Entry {
  scenario::Declaration declaration;
  Make<T> make = nullptr;
};

/// All registered entries of a contract, sorted by name at first use. A name registered twice aborts.
[[nodiscard]] std::vector<Entry<Step>> const& steps();
[[nodiscard]] std::vector<Entry<Probe>> const& probes();
[[nodiscard]] std::vector<Entry<StateProbe>> const& state_probes();
[[nodiscard]] std::vector<Entry<Fault>> const& faults();
[[nodiscard]] std::vector<Entry<Trigger>> const& triggers();
[[nodiscard]] scenario::Catalogue const& catalogue();
/// The RBAC rules that every run needs: opt-in label, Lease, undo records.
[[nodiscard]] std::vector<scenario::Permission> const& run_permissions();

/// Null when no such entry exists.
template <class T>
[[nodiscard]] Entry<T> const* find_entry(std::vector<Entry<T>> const& entries, std::string_view name) {
  for (auto const& entry : entries) {
    if (entry.declaration.name == name) return &entry;
  }
  return nullptr;
}

namespace detail {
// Registrars only store function pointers: no order between static objects matters.
void add_step(scenario::Declaration (*describe)(), Make<Step> make);
void add_probe(scenario::Declaration (*describe)(), Make<Probe> make);
void add_state_probe(scenario::Declaration (*describe)(), Make<StateProbe> make);
void add_fault(scenario::Declaration (*describe)(), Make<Fault> make);
void add_trigger(scenario::Declaration (*describe)(), Make<Trigger> make);
}  // namespace detail

/// T has `static scenario::Declaration describe();`.
template <class T>
struct RegisterStep {
  RegisterStep() {
    detail::add_step(&T::describe, [] { return std::unique_ptr<Step>(std::make_unique<T>()); });
  }
};
template <class T>
struct RegisterProbe {
  RegisterProbe() {
    detail::add_probe(&T::describe, [] { return std::unique_ptr<Probe>(std::make_unique<T>()); });
  }
};
template <class T>
struct RegisterStateProbe {
  RegisterStateProbe() {
    detail::add_state_probe(&T::describe, [] { return std::unique_ptr<StateProbe>(std::make_unique<T>()); });
  }
};
template <class T>
struct RegisterFault {
  RegisterFault() {
    detail::add_fault(&T::describe, [] { return std::unique_ptr<Fault>(std::make_unique<T>()); });
  }
};
template <class T>
struct RegisterTrigger {
  RegisterTrigger() {
    detail::add_trigger(&T::describe, [] { return std::unique_ptr<Trigger>(std::make_unique<T>()); });
  }
};

}  // namespace pgdrill::engine
