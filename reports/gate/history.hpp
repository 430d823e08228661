// The history of runs that the gate compares with: one entry per run (with one value per repeat), and records
// that accept a new level. Kept as JSON lines (good in a Git branch), as an SQLite file, or gathered from
// journals.
#pragma once
#include <filesystem>
#include <iosfwd>
#include <map>
#include <optional>
#include <set>
#include <string>
#include <vector>

#include "harness/base/error.hpp"
#include "harness/base/json.hpp"
#include "reports/run_summary.hpp"

namespace pgdrill::reports {

struct HistoryRun {
  std::string run;                ///< id of its first repeat
  std::set<std::string> repeats;  ///< ids of all; itself when it is alone
  std::string repetition;         ///< what its repeats share; empty: it is alone
  std::string started;
  std::string scenario;
  std::string fingerprint;
  std::string decision;  ///< the worst of its repeats
  std::string branch;
  std::string tag;
  std::string gate;                                   ///< what the gate said of it; empty: it was not asked
  std::map<std::string, std::vector<double>> values;  ///< one per repeat, by metric
  std::map<std::string, double> objectives;
  GateSettings settings;  ///< of its scenario; what a history keeps of a run has none

  /// The one value of a run: the median of its repeats; empty when it was not measured.
  [[nodiscard]] std::optional<double> value(std::string const& metric) const;
};

/// Medians in seconds; empty: no run showed it.
struct AcceptedLevel {
  std::optional<double> before;
  std::optional<double> now;
};

/// A person took a new level for good: what came before it is kept, and no longer compared with.
struct Acceptance {
  std::string scenario;
  std::string metric;  ///< empty: all
  std::string reason;
  std::string author;
  std::string at;       ///< RFC 3339
  std::string ref;      ///< commit or change, may be empty
  std::string expires;  ///< RFC 3339; from then on it no longer counts; empty: never
  std::map<std::string, AcceptedLevel> medians = {};  ///< by metric, as they were when it was accepted
};

struct History {
  std::vector<HistoryRun> runs;  ///< oldest first
  std::vector<Acceptance> acceptances;
  std::int64_t unreadable = 0;  ///< lines or journals that could not be read
};

/// One run from the summaries of its repeats; needs at least one. Errors: usage, when they are not repeats of
/// the same (scenario or fingerprint differ).
[[nodiscard]] Result<HistoryRun> history_run(std::vector<RunSummary> const& repeats);

/// A journal, or a directory whose journals are repeats of one run: each value is then their median, the
/// decision the worst. Errors: of reading; usage, when they are of several runs.
[[nodiscard]] Result<RunSummary> summarize_at(std::filesystem::path const& path);

/// Makes one entry per run: what was recorded again goes before what it was recorded as, and repeats of one
/// run become it. Oldest first.
void settle(History& history);

/// Reads a history: a directory of journals, an SQLite file (*.sqlite, *.db), or JSON lines. A file that does
/// not exist is an empty history.
[[nodiscard]] Result<History> read_history(std::filesystem::path const& path);
/// JSON lines; each that is neither a run nor an acceptance is counted.
[[nodiscard]] History history_of_lines(std::istream& lines);
/// Appends durably; makes the file when missing. Errors: io; usage for a directory.
[[nodiscard]] Result<> append_run(std::filesystem::path const& path, HistoryRun const& run);
[[nodiscard]] Result<> append_acceptance(std::filesystem::path const& path, Acceptance const& acceptance);

/// An entry as a JSON object, and back; a line that is neither is passed over and counted.
[[nodiscard]] json::object to_json(HistoryRun const& run);
[[nodiscard]] json::object to_json(Acceptance const& acceptance);
void add_entry(History& history, json::object const& entry);

/// The SQLite form: a table `entry(id, kind, scenario, started, document)`.
[[nodiscard]] Result<History> read_sqlite(std::filesystem::path const& path);
[[nodiscard]] Result<> append_sqlite(std::filesystem::path const& path, json::object const& entry);

}  // namespace pgdrill::reports
