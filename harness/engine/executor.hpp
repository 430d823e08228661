// Runs a scenario: guards, probes, items in order, undo always. What happened is in the journal alone.
#pragma once
#include <map>
#include <memory>
#include <optional>
#include <set>
#include <string>

#include "harness/base/scope.hpp"
#include "harness/engine/await_trigger.hpp"
#include "harness/engine/context.hpp"
#include "harness/engine/dose.hpp"
#include "harness/engine/lease.hpp"
#include "harness/engine/registry.hpp"

namespace pgdrill::engine {

struct RunSettings {
  scenario::Scenario scenario;
  std::string run_id;
  std::filesystem::path evidence_directory;
  std::shared_ptr<kube::Client> kube;
  Journal* journal = nullptr;                         ///< outlives the executor
  cnpg::DatabaseAccess* databases = nullptr;          ///< outlives the executor
  std::vector<Entry<Step>> const* steps = nullptr;    ///< default: the registered ones; tests give their own
  std::vector<Entry<Probe>> const* probes = nullptr;  ///< likewise
  std::vector<Entry<Fault>> const* faults = nullptr;
  std::vector<Entry<Trigger>> const* triggers = nullptr;
  Duration undo_limit = std::chrono::minutes(3);  ///< for all of undo together
  std::uint64_t seed = 0;
  json::object repetition = {};  ///< id, index and of, when the run is repeated: repeats count as one run
  bool placebo = false;          ///< the same timeline, the faults left out
  Duration steady_limit = std::chrono::seconds(30);          ///< for a condition of `steady-state` to hold
  Duration lease_duration = NamespaceLease::usual_duration;  ///< a killed run blocks its namespace so long
};

/// How a run ended; all of it is in the journal too.
struct RunEnd {
  std::string status;  ///< completed, failed, error, interrupted
  std::optional<Error> error;
  bool announced = false;        ///< an undo was announced: something may have been changed
  std::vector<UndoRecord> left;  ///< what could not be undone
};

/// Name of the checks of the steady state; `when`: before, after.
[[nodiscard]] std::string steady_state_check(std::string_view when);

class Executor {
 public:
  explicit Executor(RunSettings settings);

  /// Runs to the end: even when interrupted it undoes all before it returns. The caller's cancellation does
  /// not reach the undo.
  [[nodiscard]] Task<RunEnd> run();
  /// SIGINT or SIGTERM came: stops the steps; undo still runs. A second one changes nothing.
  void interrupt(int signal);
  /// What undo is doing at this moment, for people; empty when there is nothing left to undo.
  [[nodiscard]] std::string undo_progress() const;
  /// The program is about to end though undo has not: writes what is still dirty and returns it.
  [[nodiscard]] std::vector<UndoRecord> abandon();

 private:
  using Item = scenario::StepSpec;
  /// What became of one use of a fault.
  struct FaultRun {
    Item const& spec;
    scenario::Declaration const& declaration;
    Fault& fault;
    std::string target;
    std::vector<std::string> undo_ids;
    std::optional<Fired> fired;
    std::optional<Span> effect;  ///< from just before the act; until it was seen (a blow) or lifted
    bool armed = false;          ///< chosen and announced
    bool struck = false;         ///< the act is done
    bool settled = false;        ///< witness written, or left out on purpose
    bool keeps = false;          ///< stays until the end of the run
    std::optional<Error> error;
  };

  // executor.cpp
  [[nodiscard]] Task<> work(Scope& lease_scope);
  [[nodiscard]] Task<> keep_lease();
  [[nodiscard]] Task<> undo();
  [[nodiscard]] UndoContext undo_context();
  void stop(Error error);
  // executor_guard.cpp
  [[nodiscard]] Task<Result<>> guard();
  [[nodiscard]] Task<Result<>> make_items();
  void note_beside(std::vector<Item> const& items);
  [[nodiscard]] Task<Result<>> preflight();
  // executor_probes.cpp
  [[nodiscard]] Task<Result<>> start_probes();
  [[nodiscard]] Task<> watch_probe(std::size_t index);
  // executor_conditions.cpp
  [[nodiscard]] Task<bool> steady(std::string_view when);
  [[nodiscard]] Task<> watch_abort(std::size_t index);
  [[nodiscard]] Task<Result<Fired>> wait_for(Item const& spec);
  // executor_items.cpp
  [[nodiscard]] Task<> run_all(Scope& probe_scope);
  [[nodiscard]] Task<bool> run_items(std::vector<Item> const& items);
  [[nodiscard]] Task<bool> run_item(Item const& item);
  [[nodiscard]] Task<bool> run_parallel(Item const& item);
  [[nodiscard]] Task<> run_branch(Item const& item, Scope& scope, bool& passed);
  [[nodiscard]] Task<bool> run_with_company(Item const& item);
  [[nodiscard]] Task<> run_main(Item const& item, Scope& scope, bool& passed);
  [[nodiscard]] Task<bool> ready_for(Item const& item);
  [[nodiscard]] bool observed(Item const& item) const;
  [[nodiscard]] Task<bool> run_step(Item const& item);
  [[nodiscard]] Task<Result<StepOutcome>> perform(Item const& item);
  // executor_faults.cpp
  [[nodiscard]] Task<bool> run_fault(Item const& item);
  [[nodiscard]] Task<> play(FaultRun& run);
  [[nodiscard]] Task<Result<>> act(FaultRun& run);
  [[nodiscard]] Task<Result<>> approach(FaultRun& run);
  [[nodiscard]] Task<Result<>> hit(FaultRun& run);
  [[nodiscard]] bool finish_fault(FaultRun& run, bool cancelled, Duration duration);
  [[nodiscard]] Result<> claim_target(FaultRun const& run);
  [[nodiscard]] Task<Result<>> arm(FaultRun& run);
  [[nodiscard]] Task<Result<>> strike(FaultRun& run);
  [[nodiscard]] Task<Result<>> see(FaultRun& run);
  [[nodiscard]] bool still_to_be_seen(FaultRun const& run) const;
  [[nodiscard]] Task<> see_after_step(FaultRun& run);
  [[nodiscard]] Task<> lift(FaultRun& run);
  void miss(FaultRun& run, std::string expected, std::string observed);
  void check_dose(Item const& spec, bool lasting, Span effect);
  // executor_journal.cpp
  void write_started();
  void start_item(Item const& item);
  void finish_item(Item const& item, std::string_view status, Duration duration, json::object outputs,
                   std::optional<Error> const& error);
  void skip_the_rest();

  RunSettings settings_;
  UndoLog undo_log_;
  RunContext context_;
  NamespaceLease lease_;
  std::map<Item const*, std::unique_ptr<Step>> steps_;
  std::map<Item const*, std::unique_ptr<Fault>> faults_;
  std::set<Item const*> beside_;  ///< items that stand beside a step and end with it
  std::vector<std::unique_ptr<Probe>> probes_;
  struct KeptFault {
    Item const* spec;
    Span effect;
  };
  std::map<std::string, std::string> in_force_;  ///< lasting faults by what they hit: the step that did
  std::vector<KeptFault> kept_;  ///< faults that last until the end, whose dose is checked then
  RunEnd end_;
  std::optional<int> signal_;
  Scope* work_scope_ = nullptr;   ///< while there is something to cancel
  Scope* probe_scope_ = nullptr;  ///< of probes and watchers
  bool probes_started_ = false;
  bool undo_ended_ = false;
  std::set<Item const*> finished_;  ///< items that have their step-finished
};

}  // namespace pgdrill::engine
