// A scenario as data. Parsing is total: all errors of a file come back at once, each with its place, what was
// expected and the nearest valid name; unknown keys are errors.
//
//   apiVersion: pgdrill.io/v1
//   kind: Scenario
//   metadata: {name: data-rollback, title: "A migration corrupts a table; Git revert and PITR bring it back"}
//   variables: {cluster: orders}
//   target: {namespace: develop, cluster: "${cluster}", database: app, service: orders-db}
//   objectives: {rto: 60s, rpo: 0s, integrity: exact}
//   probes:
//     - heartbeat: {every: 100ms}
//       name: heartbeat
//   steps:
//     - status-check: {}
//     - capture-target: {target: known-good}
//       id: capture
//       timeout: 30s
#pragma once
#include <filesystem>
#include <functional>
#include <map>
#include <optional>
#include <string>
#include <vector>

#include "harness/base/error.hpp"
#include "harness/base/json.hpp"
#include "harness/base/time.hpp"
#include "harness/scenario/catalogue.hpp"

namespace pgdrill::scenario {

/// A place in a file; line and column count from 1, columns in bytes.
struct Location {
  std::string file;
  int line = 0;
  int column = 0;
  [[nodiscard]] std::string text() const;  ///< "file:line:col"
};

/// Checked parameters of a step or probe: every declared one is there with its default or the scenario's
/// value, variables replaced. Asking for an undeclared one is a bug and aborts.
class Parameters {
 public:
  Parameters() = default;
  explicit Parameters(json::object values) : values_(std::move(values)) {}
  [[nodiscard]] std::string text(std::string_view name) const;  ///< empty when not given and without default
  [[nodiscard]] std::int64_t integer(std::string_view name) const;
  [[nodiscard]] double number(std::string_view name) const;
  [[nodiscard]] bool boolean(std::string_view name) const;
  [[nodiscard]] Duration duration(std::string_view name) const;
  [[nodiscard]] std::vector<std::string> texts(std::string_view name) const;
  [[nodiscard]] bool given(std::string_view name) const;  ///< has a value, by the scenario or by default
  [[nodiscard]] json::object const& values() const { return values_; }

 private:
  json::object values_;  ///< durations as their text
};

struct Target {
  std::string ns;       ///< namespace; overridden by -n
  std::string cluster;  ///< CNPG Cluster
  std::string database = "app";
  std::string service;  ///< through which the application connects; default "<cluster>-rw"
  std::string secret;   ///< with the application's credentials; default "<cluster>-app"
};

/// "rto" and "rpo" are durations; "integrity" is a number of differences (`exact` is 0).
struct Objective {
  std::string name;
  Duration limit{};
  std::int64_t count_limit = 0;
  std::string unit;  ///< "s" or "differences"
};

/// What `pgdrill gate` holds a run against, beside the objectives; what is not set has the gate's default.
struct GateSpec {
  std::vector<std::string> metrics = {};        ///< that gate; of gate_metrics()
  std::map<std::string, Duration> limits = {};  ///< hard limits by metric
  std::optional<double> minimum_change_percent = {};
  std::optional<Duration> floor = {};       ///< smallest change that counts
  std::optional<std::int64_t> window = {};  ///< the newest comparable runs that count
  std::optional<bool> require_history = {};
  std::string baseline_branch = {};
  std::string baseline_tag = {};
};
/// The names that `gate` may use: "rto", "unavailable:write", "phase:restore" ...
[[nodiscard]] std::vector<std::string> gate_metrics();

/// A condition on observed state, by the name of a trigger.
struct TriggerSpec {
  std::string kind;
  Parameters parameters;
  Location location;
  std::string owner = {};  ///< the step that waits for it; what is random about it depends on this name
};

/// An item of `steps`: a step, a fault, or a block of items.
struct StepSpec {
  enum class Sort { step, fault, sequence, parallel };
  std::string id;  ///< unique; default: its kind, with -2, -3 ... when used again
  std::string kind;
  std::string title;   ///< default: the declaration's summary
  Duration timeout{};  ///< of waiting for `when` and acting together; of a block: what its items may take
  Parameters parameters;
  Location location;
  Sort sort = Sort::step;
  std::optional<TriggerSpec> when = {};  ///< acts as soon as this holds
  std::optional<Duration> held = {};     ///< `for`: a lasting fault is lifted after so long
  std::string overlap = {};              ///< the phase that a fault must overlap
  std::vector<StepSpec> during = {};     ///< start with this step and end with it
  std::vector<StepSpec> children = {};   ///< of a block
};

struct ProbeSpec {
  std::string name;  ///< unique; default: its kind
  std::string kind;
  Parameters parameters;
  Location location;
  std::optional<bool> rto = {};  ///< whether its samples count for the RTO; unset: as its kind is made
};

struct Scenario {
  std::string name;
  std::string title;
  std::filesystem::path file;
  std::string sha256;  ///< of the file's bytes
  Target target;
  std::map<std::string, std::string> variables;
  std::vector<Objective> objectives;
  bool demands_nothing = false;  ///< `objectives: none`: it is known to prove nothing
  std::vector<ProbeSpec> probes;
  std::vector<StepSpec> steps;
  std::vector<std::string> tags = {};
  std::vector<TriggerSpec> steady_state = {};  ///< must hold before the first step and after the last
  std::vector<TriggerSpec> abort_when = {};    ///< any of them stops the steps; all is undone
  bool expect_failure = false;                 ///< a negative control: it passes when the drill fails
  std::int64_t repeat = 1;                     ///< how often each combination of the matrix is run
  std::map<std::string, std::vector<std::string>> matrix = {};  ///< values for variables; all combinations
  std::optional<GateSpec> gate = {};
  std::optional<std::uint64_t> seed = {};  ///< of all randomness; none: a new one each run
};

/// Steps and faults of a scenario in the order of the file, those of blocks and of `during` included.
[[nodiscard]] std::vector<StepSpec const*> all_items(Scenario const& scenario);
[[nodiscard]] std::vector<StepSpec const*> all_items(StepSpec const& item);  ///< itself among them
/// The variables of each run that `matrix` asks for; one empty map without a matrix.
[[nodiscard]] std::vector<std::map<std::string, std::string>> combinations(Scenario const& scenario);
/// How long an item may take at most: the sum over a sequence, the longest over parallel ones.
[[nodiscard]] Duration worst_case(StepSpec const& item);

/// One thing wrong with a scenario.
struct Problem {
  Location location;
  std::string message;   ///< "unknown key 'stpes'; did you mean 'steps'?"
  bool secret = false;   ///< its line is shown to nobody
  bool warning = false;  ///< it is valid all the same
};

struct ParseOptions {
  std::map<std::string, std::string>
      variables;  ///< --var NAME=VALUE: replaces the file's; unknown names are errors
  std::string namespace_override;
  /// Reads an included file; parse_file reads from the disk when this is empty.
  std::function<Result<std::string>(std::filesystem::path const&)> load = {};
};

struct ParseOutcome {
  Scenario scenario;                                ///< only to be used when `problems` is empty
  std::vector<Problem> problems;                    ///< in order of their place
  std::vector<Problem> warnings = {};               ///< what is valid and hardly meant
  std::map<std::string, std::string> sources = {};  ///< texts of all files that were read, by name
};

[[nodiscard]] ParseOutcome parse_text(std::string_view yaml, std::string const& file_name,
                                      Catalogue const& catalogue, ParseOptions const& options);
/// Error io when the file cannot be read.
[[nodiscard]] Result<ParseOutcome> parse_file(std::filesystem::path const& file, Catalogue const& catalogue,
                                              ParseOptions const& options);
/// "file:4:3: error: message" with the line and a caret under the place, one problem after the other.
[[nodiscard]] std::string render_problems(std::vector<Problem> const& problems, std::string_view yaml);
/// The same for problems of several files, with ParseOutcome::sources.
[[nodiscard]] std::string render_problems(std::vector<Problem> const& problems,
                                          std::map<std::string, std::string> const& sources);

}  // namespace pgdrill::scenario
