// Runs a scenario: guards, probes, steps in order, undo always. What happened is in the journal alone.
#pragma once
#include <memory>
#include <optional>
#include <string>

#include "harness/base/scope.hpp"
#include "harness/engine/context.hpp"
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
  Duration undo_limit = std::chrono::minutes(3);      ///< for all of undo together
};

/// How a run ended; all of it is in the journal too.
struct RunEnd {
  std::string status;  ///< completed, failed, error, interrupted
  std::optional<Error> error;
  bool announced = false;        ///< an undo was announced: something may have been changed
  std::vector<UndoRecord> left;  ///< what could not be undone
};

class Executor {
 public:
  explicit Executor(RunSettings settings);

  /// Runs to the end: even when interrupted it undoes all before it returns. The caller's cancellation does
  /// not reach the undo.
  [[nodiscard]] Task<RunEnd> run();
  /// SIGINT or SIGTERM came: stops the steps; undo still runs. A second one changes nothing.
  void interrupt(int signal);

 private:
  [[nodiscard]] Task<> work(Scope& lease_scope);
  [[nodiscard]] Task<Result<>> guard();
  [[nodiscard]] Task<Result<>> preflight();
  [[nodiscard]] Task<Result<>> start_probes(Scope& scope);
  [[nodiscard]] Task<> watch_probe(std::size_t index);
  [[nodiscard]] Task<> run_steps(Scope& probe_scope);
  [[nodiscard]] Task<bool> run_step(std::size_t index);
  [[nodiscard]] Task<> keep_lease();
  [[nodiscard]] Task<> undo();
  void finish_step(std::size_t index, std::string_view status, Duration duration, json::object outputs,
                   std::optional<Error> const& error);
  void skip_from(std::size_t index);
  void stop(Error error);
  void write_started();

  RunSettings settings_;
  UndoLog undo_log_;
  RunContext context_;
  NamespaceLease lease_;
  std::vector<std::unique_ptr<Step>> steps_;
  std::vector<std::unique_ptr<Probe>> probes_;
  RunEnd end_;
  std::optional<int> signal_;
  Scope* work_scope_ = nullptr;  ///< while there is something to cancel
  bool probes_started_ = false;
  std::size_t finished_ = 0;  ///< steps that have their step-finished
};

}  // namespace pgdrill::engine
