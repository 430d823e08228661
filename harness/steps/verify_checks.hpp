// The checks of the step verify, one function each. Every one writes its `check` event and says whether it
// passed; an error means that it could not be decided.
#pragma once
#include <string>

#include "harness/engine/registry.hpp"
#include "harness/steps/state_reading.hpp"

namespace pgdrill::steps {

/// What the checks compare: the captured target with the restored database.
struct Verification {
  engine::RunContext& context;
  std::string step;
  json::object captured;
  std::string cluster;      ///< the restored one
  std::string application;  ///< name of the probe that watches the application's invariant
  std::string history;      ///< table of the migration history
  std::string reference;    ///< a Cluster with good content; may be empty
  Duration timeout{};       ///< of the step
  StateReading reading = {};
  json::object read_through = {};  ///< by state probe, the Service that it was read through
  /// Names of the check that is running, by which it goes into the journal: one, but of the check of the
  /// writes one per ledger.
  std::vector<std::string> names = {};
  std::size_t written = 0;  ///< so many of them are in the journal
};

/// By which names a check of the step's list goes into the journal, whatever it comes to: reports keep their
/// history by them.
[[nodiscard]] std::vector<std::string> names_of_check(std::string const& check, std::string const& reference,
                                                      std::vector<std::string> const& ledgers);
/// Names of the ledger probes, from the facts that they keep, sorted.
[[nodiscard]] std::vector<std::string> ledger_probes(engine::RunContext const& context);

/// Changes that were declared when the target was captured, and the same as entries of `not_examined`.
[[nodiscard]] std::vector<std::string> declared_changes(Verification const& verification);
[[nodiscard]] std::vector<std::string> told(std::vector<std::string> const& expected);

/// Snapshot by a state probe ("digest", "fingerprint") now, against the captured one; differences are named.
[[nodiscard]] Task<Result<bool>> check_state(Verification& verification, std::string probe);
/// The marker before the target is there, the one after it is not.
[[nodiscard]] Task<Result<bool>> check_markers(Verification& verification);
/// The application's invariant holds, in a sample taken after the check began.
[[nodiscard]] Task<Result<bool>> check_application(Verification& verification);
/// The history table has the captured version and is not dirty.
[[nodiscard]] Task<Result<bool>> check_history(Verification& verification);
/// The restored cluster archives WAL again, without a gap, and a new backup of it can be taken: it can be
/// rolled back itself.
[[nodiscard]] Task<Result<bool>> check_backup(Verification& verification);
/// The restored content is that of a live Cluster, row by row.
[[nodiscard]] Task<Result<bool>> check_reference(Verification& verification);
/// Every acknowledged write is where it must be; writes the ledger-verdict event.
[[nodiscard]] Task<Result<bool>> check_writes(Verification& verification);

}  // namespace pgdrill::steps
