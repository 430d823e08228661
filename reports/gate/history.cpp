#include "reports/gate/history.hpp"

#include <fmt/format.h>

#include <algorithm>

#include "reports/statistics/order.hpp"

namespace pgdrill::reports {

namespace {

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
                 .started = get_string(entry, "started"),
                 .scenario = get_string(entry, "scenario"),
                 .fingerprint = get_string(entry, "fingerprint"),
                 .decision = get_string(entry, "decision"),
                 .branch = get_string(entry, "branch"),
                 .tag = get_string(entry, "tag"),
                 .gate = get_string(entry, "gate"),
                 .objectives = numbers(entry.as_object().if_contains("objectives"))};
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

}  // namespace

std::optional<double> HistoryRun::value(std::string const& metric) const {
  auto const found = values.find(metric);
  if (found == values.end() || found->second.empty()) return std::nullopt;
  return statistics::median(found->second);
}

Result<HistoryRun> history_run(std::vector<RunSummary> const& repeats) {
  RunSummary const& first = repeats.front();
  HistoryRun run{.run = first.run,
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
    run.decision = worse(run.decision, repeat.decision);
    for (auto const& [name, value] : repeat.values) run.values[name].push_back(value);
  }
  return run;
}

json::object to_json(HistoryRun const& run) {
  json::object values;
  for (auto const& [name, repeats] : run.values) values[name] = json::array(repeats.begin(), repeats.end());
  return {{"version", 1},
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
}

json::object to_json(Acceptance const& acceptance) {
  return {{"version", 1},
          {"kind", "accept"},
          {"scenario", acceptance.scenario},
          {"metric", acceptance.metric},
          {"reason", acceptance.reason},
          {"author", acceptance.author},
          {"started", acceptance.at},
          {"ref", acceptance.ref}};
}

void add_entry(History& history, json::object const& entry) {
  json::value const document = entry;
  std::string const kind = get_string(document, "kind");
  if (kind == "run") {
    history.runs.push_back(run_from(document));
  } else if (kind == "accept") {
    history.acceptances.push_back({.scenario = get_string(document, "scenario"),
                                   .metric = get_string(document, "metric"),
                                   .reason = get_string(document, "reason"),
                                   .author = get_string(document, "author"),
                                   .at = get_string(document, "started"),
                                   .ref = get_string(document, "ref")});
  } else {
    ++history.unreadable;
  }
}

}  // namespace pgdrill::reports
