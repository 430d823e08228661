#include "reports/gate/history.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <tuple>

#include "reports/statistics/order.hpp"

namespace pgdrill::reports {

namespace {

/// Changes when a member changes its meaning.
constexpr std::int64_t entry_version = 1;

std::string_view worse(std::string_view a, std::string_view b) {
  for (std::string_view const decision : {"no-go", "inconclusive"}) {
    if (a == decision || b == decision) return decision;
  }
  return a;
}

json::object numbers(std::map<std::string, double> const& values) {
  json::object object;
  for (auto const& [name, value] : values) object[name] = value;
  return object;
}

std::map<std::string, double> numbers(json::value const* value) {
  std::map<std::string, double> result;
  if (value == nullptr || !value->is_object()) return result;
  for (auto const& entry : value->get_object()) {
    if (entry.value().is_number()) result[entry.key()] = entry.value().to_number<double>();
  }
  return result;
}

HistoryRun run_from(json::value const& entry) {
  HistoryRun run{.run = get_string(entry, "run"),
                 .repetition = get_string(entry, "repetition"),
                 .started = get_string(entry, "started"),
                 .scenario = get_string(entry, "scenario"),
                 .fingerprint = get_string(entry, "fingerprint"),
                 .decision = get_string(entry, "decision"),
                 .branch = get_string(entry, "branch"),
                 .tag = get_string(entry, "tag"),
                 .gate = get_string(entry, "gate"),
                 .objectives = numbers(entry.as_object().if_contains("objectives"))};
  run.repeats = {run.run};
  if (json::value const* const repeats = entry.as_object().if_contains("repeats");
      repeats != nullptr && repeats->is_array()) {
    for (json::value const& repeat : repeats->get_array()) {
      if (repeat.is_string()) run.repeats.emplace(repeat.get_string());
    }
  }
  json::value const* const values = entry.as_object().if_contains("values");
  if (values == nullptr || !values->is_object()) return run;
  for (auto const& metric : values->get_object()) {
    if (!metric.value().is_array()) continue;
    for (json::value const& value : metric.value().get_array()) {
      if (value.is_number()) run.values[metric.key()].push_back(value.to_number<double>());
    }
  }
  return run;
}

json::value number_or_null(std::optional<double> const& value) {
  return value ? json::value(*value) : json::value(nullptr);
}

std::optional<double> optional_number(json::value const& object, std::string_view key) {
  json::value const* const value = object.is_object() ? object.get_object().if_contains(key) : nullptr;
  return value != nullptr && value->is_number() ? std::optional(value->to_number<double>()) : std::nullopt;
}

std::map<std::string, AcceptedLevel> medians_from(json::object const& entry) {
  std::map<std::string, AcceptedLevel> medians;
  json::value const* const all = entry.if_contains("medians");
  if (all == nullptr || !all->is_object()) return medians;
  for (auto const& one : all->get_object())
    medians[one.key()] = {.before = optional_number(one.value(), "before"),
                          .now = optional_number(one.value(), "now")};
  return medians;
}

/// The gravest of what the gate said of repeats.
std::string graver(std::string const& a, std::string const& b) {
  for (std::string_view const state : {"failed", "regressed", "suspect"}) {
    if (a == state || b == state) return std::string(state);
  }
  return b.empty() ? a : b;
}

/// Whether all repeats of one are among those of the other.
bool holds(HistoryRun const& run, HistoryRun const& repeat) {
  return std::includes(run.repeats.begin(), run.repeats.end(), repeat.repeats.begin(), repeat.repeats.end());
}

/// Repeats of one run, each of which counts once, however they were recorded: alone, or as the run that they
/// are.
void merge(HistoryRun& run, HistoryRun& repeat) {
  if (holds(run, repeat)) return;
  if (holds(repeat, run)) {
    std::swap(run, repeat);
    return;
  }
  run.repeats.insert(repeat.repeats.begin(), repeat.repeats.end());
  if (repeat.started < run.started) {
    run.started = repeat.started;
    run.run = repeat.run;
  }
  run.decision = worse(run.decision, repeat.decision);
  run.gate = graver(run.gate, repeat.gate);
  for (auto const& [metric, values] : repeat.values) {
    std::vector<double>& all = run.values[metric];
    all.insert(all.end(), values.begin(), values.end());
  }
}

}  // namespace

void settle(History& history) {
  std::map<std::string, HistoryRun*> by_id;
  std::vector<HistoryRun> newest;
  newest.reserve(history.runs.size());
  for (HistoryRun& run : history.runs) {
    HistoryRun*& known = by_id[run.run];
    if (known != nullptr && !run.run.empty()) {
      *known = std::move(run);
    } else {
      known = &newest.emplace_back(std::move(run));
    }
  }
  std::map<std::pair<std::string, std::string>, HistoryRun*> by_repetition;
  std::vector<HistoryRun> runs;
  runs.reserve(newest.size());
  for (HistoryRun& run : newest) {
    HistoryRun*& known = by_repetition[{run.repetition, run.fingerprint}];
    if (known != nullptr && !run.repetition.empty()) {
      merge(*known, run);
    } else {
      known = &runs.emplace_back(std::move(run));
    }
  }
  std::sort(runs.begin(), runs.end(), [](HistoryRun const& a, HistoryRun const& b) {
    return std::tie(a.started, a.run) < std::tie(b.started, b.run);
  });
  history.runs = std::move(runs);
}

std::optional<double> HistoryRun::value(std::string const& metric) const {
  auto const found = values.find(metric);
  if (found == values.end() || found->second.empty()) return std::nullopt;
  return statistics::median(found->second);
}

Result<HistoryRun> history_run(std::vector<RunSummary> const& repeats) {
  RunSummary const& first = repeats.front();
  HistoryRun run{.run = first.run,
                 .repetition = first.repetition,
                 .started = first.started,
                 .scenario = first.scenario,
                 .fingerprint = first.fingerprint,
                 .decision = first.decision,
                 .objectives = first.objectives,
                 .settings = first.gate};
  for (RunSummary const& repeat : repeats) {
    if (repeat.fingerprint != first.fingerprint) {
      return fail({.kind = ErrorKind::usage,
                   .what = "these are not repeats of one run",
                   .where = repeat.run,
                   .why = fmt::format("'{}' against '{}'", repeat.fingerprint, first.fingerprint)});
    }
    run.repeats.insert(repeat.run);
    run.decision = worse(run.decision, repeat.decision);
    for (auto const& [name, value] : repeat.values) run.values[name].push_back(value);
  }
  return run;
}

json::object to_json(HistoryRun const& run) {
  json::object values;
  for (auto const& [name, repeats] : run.values) values[name] = json::array(repeats.begin(), repeats.end());
  json::object entry{{"version", entry_version},
                     {"kind", "run"},
                     {"run", run.run},
                     {"started", run.started},
                     {"scenario", run.scenario},
                     {"fingerprint", run.fingerprint},
                     {"decision", run.decision},
                     {"branch", run.branch},
                     {"tag", run.tag},
                     {"gate", run.gate},
                     {"values", std::move(values)},
                     {"objectives", numbers(run.objectives)}};
  if (!run.repetition.empty()) entry["repetition"] = run.repetition;
  if (run.repeats.size() > 1) entry["repeats"] = json::array(run.repeats.begin(), run.repeats.end());
  return entry;
}

json::object to_json(Acceptance const& acceptance) {
  json::object entry{{"version", entry_version},        {"kind", "accept"},
                     {"scenario", acceptance.scenario}, {"metric", acceptance.metric},
                     {"reason", acceptance.reason},     {"author", acceptance.author},
                     {"started", acceptance.at},        {"ref", acceptance.ref}};
  if (!acceptance.expires.empty()) entry["expires"] = acceptance.expires;
  json::object medians;
  for (auto const& [metric, level] : acceptance.medians)
    medians[metric] =
        json::object{{"before", number_or_null(level.before)}, {"now", number_or_null(level.now)}};
  if (!medians.empty()) entry["medians"] = std::move(medians);
  return entry;
}

void add_entry(History& history, json::object const& entry) {
  json::value const document = entry;
  // A later version may mean something else by the same members.
  bool const readable = get_int(document, "version", entry_version) == entry_version;
  std::string const kind = readable ? get_string(document, "kind") : "";
  if (kind == "run") {
    history.runs.push_back(run_from(document));
  } else if (kind == "accept") {
    history.acceptances.push_back({.scenario = get_string(document, "scenario"),
                                   .metric = get_string(document, "metric"),
                                   .reason = get_string(document, "reason"),
                                   .author = get_string(document, "author"),
                                   .at = get_string(document, "started"),
                                   .ref = get_string(document, "ref"),
                                   .expires = get_string(document, "expires"),
                                   .medians = medians_from(entry)});
  } else {
    ++history.unreadable;
  }
}

}  // namespace pgdrill::reports
