// pgdrill metrics push, forget, textfile: the metrics of a run for Prometheus without a scrape.
#include <cstdio>

#include "harness/base/files.hpp"
#include "harness/cli/load_scenario.hpp"
#include "harness/cli/verb.hpp"
#include "reports/exporters/pushgateway.hpp"
#include "reports/exporters/run_samples.hpp"

namespace pgdrill::cli {

namespace {

Result<std::vector<reports::MetricSample>> samples_of(Arguments const& arguments) {
  TRY(std::vector<reports::MetricSample> samples, reports::journal_samples(arguments.text("JOURNAL")));
  if (!arguments.given("expected-interval")) return samples;
  TRY(Duration const interval, parse_duration(arguments.text("expected-interval")));
  samples.push_back({.name = "pgdrill_expected_interval_seconds",
                     .labels = {{"namespace", samples.front().labels["namespace"]},
                                {"cluster", samples.front().labels["cluster"]},
                                {"scenario", samples.front().labels["scenario"]}},
                     .value = to_seconds(interval)});
  return samples;
}

Result<> push(Arguments const& arguments) {
  TRY(Duration const limit, parse_duration(arguments.text("timeout")));
  TRY(std::vector<reports::MetricSample> samples, samples_of(arguments));
  reports::Labels const& labels = samples.front().labels;
  reports::PushGroup group{
      .ns = labels.at("namespace"), .cluster = labels.at("cluster"), .scenario = labels.at("scenario")};
  return run_to_end(
      reports::push_metrics(arguments.text("url"), std::move(group), std::move(samples), limit));
}

Result<> forget(Arguments const& arguments) {
  TRY(Duration const limit, parse_duration(arguments.text("timeout")));
  reports::PushGroup group{.ns = arguments.text("namespace"),
                           .cluster = arguments.text("cluster"),
                           .scenario = arguments.text("scenario")};
  return run_to_end(reports::forget_metrics(arguments.text("url"), std::move(group), limit));
}

Result<> write_textfile(Arguments const& arguments) {
  TRY(std::vector<reports::MetricSample> const samples, samples_of(arguments));
  reports::MetricSet metrics;
  metrics.add(samples);
  std::filesystem::path const file = arguments.text("FILE");
  if (file.extension() != ".prom") {
    return fail({.kind = ErrorKind::usage,
                 .what = "the textfile collector reads *.prom only",
                 .where = file.string()});
  }
  return write_file_atomically(file, metrics.text());
}

template <Result<> (*act)(Arguments const&)>
int run(Arguments const& arguments) {
  Result<> const done = act(arguments);
  return done ? 0 : report_error(done.error());
}

Option const url{.name = "--url", .help = "the Pushgateway", .default_value = "http://127.0.0.1:9091"};
Option const timeout{.name = "--timeout", .help = "for each call", .default_value = "10s"};
Option const interval{.name = "--expected-interval", .help = "how often the drill is meant to run: 24h"};

Verb describe_push() {
  return {.name = "metrics push",
          .summary = "push a run's metrics to a Pushgateway, in the place of those of the run before",
          .positionals = {{.name = "JOURNAL", .help = "journal of the run, or the directory of its repeats"}},
          .options = {url, timeout, interval},
          .run = &run<&push>};
}

Verb describe_forget() {
  return {.name = "metrics forget",
          .summary = "take a retired scenario's metrics away from a Pushgateway",
          .options = {url,
                      timeout,
                      {.name = "-n,--namespace", .help = "its namespace"},
                      {.name = "--cluster", .help = "its cluster"},
                      {.name = "--scenario", .help = "its scenario"}},
          .run = &run<&forget>};
}

Verb describe_textfile() {
  return {.name = "metrics textfile",
          .summary = "write a run's metrics for node_exporter's textfile collector, atomically",
          .positionals = {{.name = "JOURNAL", .help = "journal of the run, or the directory of its repeats"},
                          {.name = "FILE", .help = "*.prom in the collector's directory"}},
          .options = {interval},
          .run = &run<&write_textfile>};
}

RegisterVerb const registered_push(&describe_push);
RegisterVerb const registered_forget(&describe_forget);
RegisterVerb const registered_textfile(&describe_textfile);

}  // namespace
}  // namespace pgdrill::cli
