// What a step, fault or probe has in its hands during a run.
#pragma once
#include <map>
#include <memory>
#include <string>

#include "harness/base/clock_offset.hpp"
#include "harness/base/task.hpp"
#include "harness/cnpg/database_access.hpp"
#include "harness/engine/journal.hpp"
#include "harness/engine/undo.hpp"
#include "harness/kube/client.hpp"
#include "harness/scenario/scenario.hpp"

namespace pgdrill::engine {

/// Clocks that tell moments of a rollback and may each be off by another amount.
namespace clocks {
/// Of the API server and the controllers: what stands in an object's metadata and status.
inline constexpr std::string_view kubernetes = "kubernetes";
/// Of the nodes: PostgreSQL, the logs of a pod, its containers' start and end.
inline constexpr std::string_view node = "node";
}  // namespace clocks

/// A moment that a clock of the cluster tells, to stand beside a mark of our own observation.
struct ClockReading {
  std::string mark;    ///< name of the mark
  std::string order;   ///< same: the moment that the mark tells; before, after: it lies on that side of it
  std::string source;  ///< "Cluster orders-r1: condition Ready, lastTransitionTime"
  std::string_view clock = clocks::kubernetes;
  std::string at;  ///< RFC 3339
};

/// What was seen of an effect, on a channel other than the one that caused it.
struct Witness {
  bool seen = false;
  std::string channel;   ///< "watch of the Pod"
  std::string expected;  ///< "uid 4f2... is gone"
  std::string observed;
};

struct RunContext {
  std::string run_id;       ///< "r" + 8 letters and digits; part of every name that we create
  scenario::Target target;  ///< after a cut-over of its service its cluster is the restored one
  std::filesystem::path scenario_directory;  ///< relative paths in parameters start here
  std::filesystem::path evidence_directory;  ///< a step may leave files here
  std::shared_ptr<kube::Client> kube;
  Journal& journal;
  UndoLog& undo;
  cnpg::DatabaseAccess& databases;
  /// What earlier steps learned, by name: "target:known-good", "commit", "restored-cluster", ... The authors
  /// of steps and probes agree on the names in facts.hpp.
  std::map<std::string, json::value> facts;
  std::uint64_t seed = 0;  ///< decides all randomness of the run
  /// When each mark was written, in ns since the start of the run, each time.
  std::map<std::string, std::vector<std::int64_t>, std::less<>> mark_times = {};

  /// Writes a `mark` event.
  void mark(std::string_view name, std::string_view step, std::string_view source, std::string at = "",
            std::string detail = "");
  /// Writes a `clock` event; nothing where the source told no time.
  void clock(std::string_view step, ClockReading const& reading);
  /// Writes a `clock-offset` event: how far a clock of the cluster is from ours, and by what that was seen.
  void clock_offset(std::string_view step, std::string_view clock, std::string_view seen_by,
                    ClockOffset const& offset);
  /// Writes a `waiting` event: what the step waits for from here on, and why that takes time, as far as is
  /// known. The same again writes nothing.
  void waiting(std::string_view step, std::string what, std::string why = "");
  /// Writes a `check` event and returns whether it passed. `not_examined`: of what it speaks nothing,
  /// although its name may sound so; the verdict repeats it.
  bool check(std::string_view name, std::string_view subject, std::string_view step, bool passed,
             std::string expected, std::string observed, std::vector<std::string> details = {},
             std::vector<std::string> not_examined = {});
  /// Writes a `check` event that could not be decided, with the reason.
  void undecided(std::string_view name, std::string_view subject, std::string_view step, std::string expected,
                 std::string reason);
  /// Writes a `witness` event: what was seen of a step's effect.
  void witness(std::string_view step, Witness const& witness, std::string_view detail = "");
  void fact(std::string_view name, json::value value);  ///< writes a `fact` event and keeps it in `facts`

  std::map<std::string, std::string, std::less<>> waits = {};  ///< by step: what `waiting` said last
};

/// A number from 0 up to 1, the same for the same seed and purpose: "trigger of step kill".
[[nodiscard]] double random_fraction(std::uint64_t seed, std::string_view purpose);

/// "orders-<run>": a name made from a base and the run id, at most 50 characters (CNPG's limit); of a base
/// that is such a name itself "orders-<run>-2", then "-3".
[[nodiscard]] std::string name_for_run(std::string_view base, std::string_view run_id);

/// The label that every object of a run carries: "pgdrill.io/run".
inline constexpr std::string_view run_label = "pgdrill.io/run";
/// The opt-in: a namespace is only broken when it carries this label with the value "true".
inline constexpr std::string_view allow_label = "pgdrill.io/allow-faults";

}  // namespace pgdrill::engine
