// pgdrill gate import SCENARIO: fills a history from what Prometheus has scraped.
#include <algorithm>
#include <cstdio>

#include "harness/base/time.hpp"
#include "harness/cli/load_scenario.hpp"
#include "harness/cli/verb.hpp"
#include "reports/exporters/prometheus_history.hpp"

namespace pgdrill::cli {

namespace {

/// Prometheus knows when a run ended; what was recorded from its journal, when it began and how long it took.
bool ended_then(reports::HistoryRun const& recorded, reports::HistoryRun const& scraped) {
  constexpr auto clocks = std::chrono::seconds(5);
  Result<WallTime> const began = parse_time(recorded.started);
  Result<WallTime> const ended = parse_time(scraped.started);
  auto const took = recorded.value("duration");
  if (!began || !ended || !took) return false;
  auto const apart =
      *ended - *began - std::chrono::duration_cast<WallTime::duration>(std::chrono::duration<double>(*took));
  return apart <= clocks && apart >= -clocks;
}

/// A run that was recorded from its journal has another id there.
bool is_same(reports::HistoryRun const& scraped, reports::HistoryRun const& known) {
  if (scraped.run == known.run) return true;
  return scraped.scenario == known.scenario &&
         reports::same_fingerprint(scraped.fingerprint, known.fingerprint) && ended_then(known, scraped);
}

Result<> import_history(Arguments const& arguments) {
  std::filesystem::path const file = arguments.text("history");
  if (file.empty()) return fail({.kind = ErrorKind::usage, .what = "gate import needs --history FILE"});
  TRY(Duration const limit, parse_duration(arguments.text("timeout")));
  TRY(std::vector<reports::HistoryRun> const runs,
      run_to_end(reports::prometheus_history(arguments.text("prometheus"), arguments.text("SCENARIO"),
                                             arguments.text("window"), limit)));
  TRY(reports::History const known, reports::read_history(file));
  std::size_t added = 0;
  for (reports::HistoryRun const& run : runs) {
    bool const there = std::any_of(known.runs.begin(), known.runs.end(),
                                   [&](reports::HistoryRun const& other) { return is_same(run, other); });
    if (there) continue;
    TRY_VOID(reports::append_run(file, run));
    ++added;
  }
  std::printf("%zu runs found, %zu new\n", runs.size(), added);
  return {};
}

int run(Arguments const& arguments) {
  Result<> const done = import_history(arguments);
  return done ? 0 : report_error(done.error());
}

Verb describe_verb() {
  return {.name = "gate import",
          .summary = "fill a history from what Prometheus has scraped",
          .positionals = {{.name = "SCENARIO", .help = "name of the scenario"}},
          .options = {{.name = "--prometheus", .help = "its URL", .default_value = "http://127.0.0.1:9090"},
                      {.name = "--history", .help = ".jsonl or .sqlite file"},
                      {.name = "--window", .help = "how far back, in PromQL's form", .default_value = "30d"},
                      {.name = "--timeout", .help = "for each call", .default_value = "30s"}},
          .run = &run};
}

RegisterVerb const registered(&describe_verb);

}  // namespace
}  // namespace pgdrill::cli
