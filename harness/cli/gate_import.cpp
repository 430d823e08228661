// pgdrill gate import SCENARIO: fills a history from what Prometheus has scraped.
#include <algorithm>
#include <cstdio>

#include "harness/cli/load_scenario.hpp"
#include "harness/cli/verb.hpp"
#include "reports/exporters/prometheus_history.hpp"

namespace pgdrill::cli {

namespace {

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
                                   [&](reports::HistoryRun const& other) { return other.run == run.run; });
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
