// One run in a few figures: what a history, a comparison and a table over many runs need. Small, so that
// thousands are kept while each journal is read and forgotten.
#pragma once
#include <filesystem>
#include <map>
#include <optional>
#include <set>
#include <string>
#include <vector>

#include "reports/verdict.hpp"

namespace pgdrill::reports {

struct RunSummary {
  std::string run;
  std::string repetition;  ///< what the repeats of one run share; empty: it is alone
  std::string started;     ///< RFC 3339
  std::string scenario;
  std::string ns;
  std::string cluster;
  std::string postgres;
  std::string decision;  ///< go, no-go, inconclusive
  int exit_code = 0;
  std::string reason;  ///< the gravest
  /// Seconds by name, of what was measured: rto, rpo, duration, unavailable:<class>, phase:<name>.
  std::map<std::string, double> values;
  std::map<std::string, double> objectives;  ///< limits by name
  GateSettings gate;                         ///< the scenario's
  std::string fingerprint;                   ///< runs are comparable when theirs are equal
};

/// A fingerprint short enough for a label: "#" and twelve hexadecimal digits.
[[nodiscard]] std::string short_fingerprint(std::string const& fingerprint);
/// Equal, in whichever form each is.
[[nodiscard]] bool same_fingerprint(std::string const& a, std::string const& b);
/// Names of the parts in which two fingerprints differ: drill, rules, cnpg, ...; empty when one of them is
/// short and does not tell.
[[nodiscard]] std::set<std::string> fingerprint_differences(std::string const& a, std::string const& b);
/// What must be equal for two runs to be comparable.
[[nodiscard]] std::string fingerprint_of(Run const& run);

[[nodiscard]] RunSummary summarize(Run const& run, Verdict const& verdict);

/// The longest stretch in which a class of calls failed, in seconds; empty when it was not measured.
[[nodiscard]] std::optional<double> longest_outage(Run const& run, Verdict const& verdict,
                                                   std::string_view sample_class);

/// Reads, judges and forgets a journal. Errors: of read_run.
[[nodiscard]] Result<RunSummary> summarize_journal(std::filesystem::path const& journal);

/// The journals that a path names: itself, or every journal.jsonl below a directory, sorted, symbolic links
/// not followed. Errors: not_found, for a directory without any too.
[[nodiscard]] Result<std::vector<std::filesystem::path>> journals_at(std::filesystem::path const& path);

}  // namespace pgdrill::reports
