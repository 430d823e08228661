#include "reports/run_summary.hpp"

#include <fmt/format.h>

#include <algorithm>

#include "harness/base/files.hpp"
#include "harness/base/text.hpp"
#include "reports/escape.hpp"
#include "reports/statistics/gate_rule.hpp"

namespace pgdrill::reports {

namespace {

constexpr std::size_t longest_name = 200;

/// Of the rules by which a journal gives its figures. Raise it when the same journal would give another RTO
/// or other phases: what was recorded before is then another measure.
constexpr int measure_version = 1;

std::string name_of(json::object const& object, std::string_view key) {
  json::value const* const value = object.if_contains(key);
  return value != nullptr && value->is_string() ? one_line(value->get_string(), longest_name) : std::string();
}

double seconds(Nanoseconds duration) { return static_cast<double>(duration) / 1e9; }

std::map<std::string, double> values_of(Run const& run, Verdict const& verdict) {
  std::map<std::string, double> values{{"duration", seconds(run.ended)}};
  for (ObjectiveResult const& objective : verdict.objectives) {
    if (objective.value && objective.unit == "s") values[objective.name] = *objective.value;
  }
  // Without an objective it is a figure all the same.
  if (!values.contains("rto") && verdict.rto.measured && verdict.rto.to)
    values["rto"] = seconds(*verdict.rto.to - verdict.rto.from);
  for (Phase const& phase : verdict.phases) values["phase:" + phase.name] = seconds(phase.to - phase.from);
  for (std::string const sample_class : {"read", "write"}) {
    std::optional<double> const longest = longest_outage(run, verdict, sample_class);
    if (longest) values["unavailable:" + sample_class] = *longest;
  }
  return values;
}

}  // namespace

// What the drill does counts, not the file's words, limits and comments; journals before version 0.2 have
// the file's digest only. The drill's digest is made of the probes' parameters too, defaults among them: how
// often a probe asks is the resolution of what it measures. The minor version of PostgreSQL is often what
// changes, so only its major one counts.
std::string fingerprint_of(Run const& run) {
  std::string const drill = name_of(run.scenario, "drill_sha256");
  std::string text =
      fmt::format("scenario={} {} cluster={}", one_line(run.scenario_name(), longest_name),
                  drill.empty() ? "sha256=" + name_of(run.scenario, "sha256") : "drill=" + drill,
                  name_of(run.target, "cluster"));
  std::string const postgres = one_line(run.postgres_version(), longest_name);
  text += fmt::format(" rules={}.{}", statistics::rule_version, measure_version);
  text += " postgres=" + postgres.substr(0, postgres.find('.'));
  auto const environment = run.facts.find("environment");
  if (environment == run.facts.end() || !environment->second.is_object()) return text;
  for (std::string_view const key :
       {"kubernetes", "cnpg", "storage_class", "node_class", "archive_timeout", "size_class"}) {
    std::string const value = name_of(environment->second.get_object(), key);
    if (!value.empty()) text += fmt::format(" {}={}", key, value);
  }
  return text;
}

namespace {

/// The parts of a fingerprint by name; a value may have spaces in it.
std::map<std::string, std::string> parts_of(std::string const& fingerprint) {
  std::map<std::string, std::string> parts;
  std::string* value = nullptr;
  for (std::string const& word : split(fingerprint, ' ')) {
    std::size_t const equals = word.find('=');
    if (equals != std::string::npos) {
      value = &parts[word.substr(0, equals)];
      *value = word.substr(equals + 1);
    } else if (value != nullptr) {
      *value += " " + word;
    }
  }
  return parts;
}

}  // namespace

std::set<std::string> fingerprint_differences(std::string const& a, std::string const& b) {
  std::map<std::string, std::string> const one = parts_of(a);
  std::map<std::string, std::string> const other = parts_of(b);
  std::set<std::string> names;
  if (one.empty() || other.empty()) return names;
  for (auto const& [all, against] : {std::pair{&one, &other}, {&other, &one}}) {
    for (auto const& [name, value] : *all) {
      auto const found = against->find(name);
      if (found == against->end() || found->second != value) names.insert(name);
    }
  }
  return names;
}

std::string short_fingerprint(std::string const& fingerprint) {
  return fingerprint.starts_with('#') ? fingerprint : "#" + sha256_hex(fingerprint).substr(0, 12);
}

bool same_fingerprint(std::string const& a, std::string const& b) {
  return a == b || short_fingerprint(a) == short_fingerprint(b);
}

std::optional<double> longest_outage(Run const& run, Verdict const& verdict, std::string_view sample_class) {
  bool const measured = std::any_of(run.series.begin(), run.series.end(), [&](Series const& series) {
    return series.sample_class == sample_class && !series.samples.empty();
  });
  if (!measured) return std::nullopt;
  Nanoseconds longest = 0;
  for (Outage const& outage : verdict.outages) {
    if (outage.sample_class == sample_class)
      longest = std::max(longest, outage.to.value_or(run.ended) - outage.from);
  }
  return seconds(longest);
}

RunSummary summarize(Run const& run, Verdict const& verdict) {
  RunSummary summary{.run = one_line(run.id, longest_name),
                     .repetition = one_line(run.repetition, longest_name),
                     .started = one_line(run.started_wall, longest_name),
                     .scenario = one_line(run.scenario_name(), longest_name),
                     .ns = name_of(run.target, "namespace"),
                     .cluster = name_of(run.target, "cluster"),
                     .postgres = one_line(run.postgres_version(), longest_name),
                     .decision = verdict.decision,
                     .exit_code = verdict.exit_code,
                     .reason = verdict.reasons.empty() ? "" : one_line(verdict.reasons.front()),
                     .values = values_of(run, verdict),
                     .gate = run.gate,
                     .fingerprint = fingerprint_of(run)};
  for (ObjectiveResult const& objective : verdict.objectives)
    summary.objectives[objective.name] = objective.limit;
  return summary;
}

Result<RunSummary> summarize_journal(std::filesystem::path const& journal) {
  TRY(Run const run, read_run(journal));
  return summarize(run, judge(run));
}

Result<std::vector<std::filesystem::path>> journals_at(std::filesystem::path const& path) {
  std::error_code problem;
  if (std::filesystem::is_regular_file(path, problem)) return std::vector{path};
  std::vector<std::filesystem::path> journals;
  for (auto entry = std::filesystem::recursive_directory_iterator(path, problem);
       !problem && entry != std::filesystem::recursive_directory_iterator(); entry.increment(problem)) {
    if (entry->path().filename() == "journal.jsonl" && !entry->is_symlink())
      journals.push_back(entry->path());
  }
  if (journals.empty()) {
    return fail({.kind = ErrorKind::not_found,
                 .what = "there is no journal",
                 .where = path.string(),
                 .why = problem ? problem.message() : "no journal.jsonl lies below it"});
  }
  if (problem) {
    // A history without the runs that cannot be read would be another one, and nobody would know.
    return fail({.kind = ErrorKind::io,
                 .what = "a directory of journals cannot be read to its end",
                 .where = path.string(),
                 .why = problem.message(),
                 .todo = "look at the rights of what lies below it"});
  }
  std::sort(journals.begin(), journals.end());
  return journals;
}

}  // namespace pgdrill::reports
