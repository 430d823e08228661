// A run as its journal tells it: the events of harness/engine/journal.hpp, sorted by what they speak of.
// Everything that a report says comes from here, so that the same journal always gives the same reports.
#pragma once
#include <cstdint>
#include <filesystem>
#include <map>
#include <optional>
#include <string>
#include <vector>

#include "harness/base/error.hpp"
#include "harness/base/json.hpp"
#include "reports/gate_settings.hpp"

namespace pgdrill::reports {

/// Nanoseconds since the start of the run, by the monotonic clock.
using Nanoseconds = std::int64_t;

struct StepRecord {
  std::string id;
  std::string kind;
  std::string title;
  bool fault = false;
  bool effect = false;  ///< a step that changes something whenever it is done, and so has a witness
  std::string status;   ///< planned, started, ok, failed, error, cancelled, skipped
  Nanoseconds started = -1;
  Nanoseconds ended = -1;
  json::object error;  ///< kind, what, where, why, todo, code; empty when none
};

struct Mark {
  std::string name;
  std::string step;
  std::string source;
  std::string at;  ///< the source's own clock; may be empty
  std::string detail;
  Nanoseconds t = 0;
  std::string wall;
};

/// A moment that a clock of the cluster told, beside a mark of our own observation.
struct ClockReading {
  std::string mark;
  std::string order;  ///< same: the mark's moment; before, after: it must lie on that side of the mark
  std::string source;
  std::string clock;  ///< kubernetes or node: clocks that share an offset from ours
  std::string at;
  Nanoseconds resolution = 0;
  Nanoseconds mark_t = 0;
  std::string mark_wall;  ///< of the mark; empty when the run has none of that name
};

/// How far a clock of the cluster is ahead of ours, as one question showed it.
struct ClockOffsetRecord {
  std::string clock;
  Nanoseconds least = 0;
  Nanoseconds most = 0;
};

struct Witness {
  std::string subject;  ///< id of the step whose effect it proves
  bool seen = false;
  std::string channel;
  std::string expected;
  std::string observed;
  std::string detail;
};

/// What was broken on purpose, and when its trigger held.
struct FaultRecord {
  std::string step;
  std::string target;
  std::string status;  ///< armed, applied, lifted, left, missed, left-out
  std::string why;     ///< of a missed one
  std::string condition;
  std::string observed;  ///< what the trigger saw
  Nanoseconds condition_at = -1;
  Nanoseconds applied_at = -1;
  Nanoseconds ended_at = -1;
  Nanoseconds error = -1;  ///< from the condition until the act began
};

/// A check that the run makes when it comes so far.
struct PlannedCheck {
  std::string name;
  std::string step;  ///< empty: of the steady state
};

struct Check {
  std::string name;
  std::string subject;
  std::string step;
  std::string status;  ///< passed, failed, undecided
  std::string expected;
  std::string observed;
  std::vector<std::string> details;
  std::vector<std::string> not_examined;  ///< of what it speaks nothing, although it passed
};

struct Finding {
  std::string probe;
  std::string object;
  std::string what;
  std::int64_t count = 0;
  std::vector<std::string> rows;
  bool authorised = false;
  Nanoseconds t = 0;
};

struct Sample {
  enum class Status { right, wrong, failed } status = Status::right;
  Nanoseconds scheduled = 0;
  Nanoseconds started = 0;
  Nanoseconds ended = 0;
  std::string why;  ///< value of a wrong answer, or why it failed
};

/// Samples of one class of one probe, in order of their schedule.
struct Series {
  std::string probe;
  std::string sample_class;
  std::vector<Sample> samples;  ///< as they ended; in the order of their schedule after sort_samples
};

struct ProbeRecord {
  std::string name;
  std::string kind;
  bool counts_for_rto = false;
  std::string error;  ///< why it ended early; empty when it did not
};

struct ObjectiveLimit {
  std::string name;
  double limit = 0;  ///< in `unit`
  std::string unit;
};

struct LedgerVerdict {
  std::string probe;
  std::int64_t acknowledged = 0;
  std::int64_t failed = 0;
  std::int64_t unknown = 0;
  std::int64_t present = 0;
  std::int64_t rightly_absent = 0;
  std::vector<std::int64_t> lost;
  std::vector<std::int64_t> resurrected;
  std::vector<std::int64_t> duplicated;
  std::vector<std::int64_t> altered;
  std::vector<std::int64_t> split_brain;  ///< acknowledged by a server after another had taken its place
  Nanoseconds rpo = 0;
};

struct UndoRecordState {
  std::string id;
  std::string kind;
  std::string summary;
  std::string status;  ///< announced, started, done, failed
  std::string error;
};

struct Run {
  std::string id;
  std::string repetition;  ///< what the repeats of one run share; empty: it is alone
  json::object scenario;   ///< name, title, file, sha256
  json::object target;     ///< namespace, cluster, database, service, context, postgres
  std::string version;     ///< of pgdrill
  std::string started_wall;
  std::string ended_wall;
  Nanoseconds ended = 0;
  std::string status;  ///< completed, failed, error, interrupted; empty: the journal breaks off
  json::object error;
  std::string signal;  ///< of an interruption
  std::vector<ObjectiveLimit> objectives;
  GateSettings gate;  ///< the scenario's
  std::vector<StepRecord> steps;
  std::vector<ProbeRecord> probes;
  std::vector<Mark> marks;
  std::vector<ClockReading> clocks;  ///< in their order; a mark's own `at` is one of them
  std::vector<ClockOffsetRecord> clock_offsets;
  std::vector<Witness> witnesses;
  std::vector<FaultRecord> faults;
  std::vector<PlannedCheck> planned_checks;  ///< in their order; journals of older versions have none
  std::vector<Check> checks;
  std::vector<Finding> findings;
  std::vector<Series> series;
  std::vector<LedgerVerdict> ledgers;
  std::vector<UndoRecordState> undo;
  std::map<std::string, json::value> facts;
  std::vector<std::string> postgres_versions;  ///< of the environments that it told, in their order
  Nanoseconds undo_started = -1;  ///< what probes see after this is the clean-up, not the rollback
  std::int64_t unreadable_lines = 0;
  bool placebo = false;          ///< its faults were left out
  bool must_fail = false;        ///< a negative control
  bool demands_nothing = false;  ///< its scenario says that nothing is to be proven
  std::int64_t events = 0;       ///< number of the last one; 0: they have none, as in journals of other hands
  std::int64_t missing_events = 0;
  std::int64_t repeated_events = 0;  ///< or out of order

  [[nodiscard]] Mark const* mark(std::string_view name) const;  ///< the first of that name, or null
  /// With "(placebo)" or "(negative control)" where it is one: in no report, metric or history may that be
  /// taken for a drill of the scenario.
  [[nodiscard]] std::string scenario_name() const;
  [[nodiscard]] std::string title() const;  ///< of the scenario, told apart in the same way
  /// Of the target's server, without its packager's suffix: "15.18"; empty when the run did not ask.
  [[nodiscard]] std::string postgres_version() const;
  /// What the change made of it: the last other version that the run saw; the same when it saw none.
  [[nodiscard]] std::string postgres_version_to() const;
};

/// Adds one event to a run; unknown events and fields are passed over.
void add_event(Run& run, json::object const& event);

/// Orders all samples by their scheduled times: calls overlap, so a slow one ends after later ones. What is
/// measured and drawn needs this order.
void sort_samples(Run& run);

/// Reads a journal; lines that are no JSON (a torn last line after a crash) are counted and passed over.
/// Errors: io, or invalid when no line of it is a journal's.
[[nodiscard]] Result<Run> read_run(std::filesystem::path const& journal);

}  // namespace pgdrill::reports
