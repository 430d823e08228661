// pgdrill gate RUN...: is a run slower than its comparable history?
#include "reports/gate/gate.hpp"

#include <charconv>
#include <cmath>
#include <cstdio>
#include <cstdlib>

#include "harness/base/files.hpp"
#include "harness/base/text.hpp"
#include "harness/cli/load_scenario.hpp"
#include "harness/cli/verb.hpp"

namespace pgdrill::cli {

namespace {

/// Nothing when it is not given: then the scenario's counts.
Result<std::optional<double>> number(Arguments const& arguments, std::string const& name) {
  if (!arguments.given(name)) return std::nullopt;
  std::string const text = arguments.text(name);
  char* end = nullptr;
  double const value = std::strtod(text.c_str(), &end);
  if (text.empty() || *end != '\0' || !(value >= 0) || std::isinf(value)) {
    return fail(
        {.kind = ErrorKind::usage, .what = "--" + name + " takes a number", .why = "'" + text + "' is none"});
  }
  return value;
}

Result<std::optional<std::size_t>> window_of(Arguments const& arguments) {
  if (!arguments.given("window")) return std::nullopt;
  std::string const text = arguments.text("window");
  std::size_t window = 0;
  auto const [end, problem] = std::from_chars(text.data(), text.data() + text.size(), window);
  if (problem == std::errc() && end == text.data() + text.size()) return window;
  return fail(
      {.kind = ErrorKind::usage, .what = "--window takes a number of runs", .why = "'" + text + "' is none"});
}

Result<> read_limits(Arguments const& arguments, reports::GateRequest& request) {
  for (std::string const& pair : arguments.texts("limit")) {
    std::size_t const equals = pair.find('=');
    Result<Duration> const limit = parse_duration(equals == std::string::npos ? "" : pair.substr(equals + 1));
    if (!limit || equals == 0) {
      return fail({.kind = ErrorKind::usage,
                   .what = "'" + pair + "' is no limit",
                   .todo = "write --limit METRIC=DURATION, for example --limit rto=90s"});
    }
    request.settings.limits[pair.substr(0, equals)] = to_seconds(*limit);
  }
  return {};
}

std::string branch_of(Arguments const& arguments, std::string const& name) {
  std::string const given = arguments.text(name);
  if (given != "auto") return given;
  for (char const* const variable : {"CI_COMMIT_REF_NAME", "GITHUB_REF_NAME", "GIT_BRANCH"}) {
    char const* const value = std::getenv(variable);
    if (value != nullptr && *value != '\0') return value;
  }
  return "";
}

Result<reports::GateRequest> request_of(Arguments const& arguments) {
  reports::GateRequest request{.history = arguments.text("history"),
                               .settings = {.metrics = arguments.texts("metric"),
                                            .branch = arguments.text("baseline-branch"),
                                            .tag = arguments.text("baseline-tag")}};
  if (arguments.flag("require-history")) request.settings.require_history = true;
  for (std::string const& path : arguments.texts("RUN")) request.candidates.emplace_back(path);
  for (std::string const& path : arguments.texts("pair-baseline")) request.pair_baselines.emplace_back(path);
  for (std::string const& path : arguments.texts("pair-candidate"))
    request.pair_candidates.emplace_back(path);
  TRY_VOID(read_limits(arguments, request));
  TRY(request.settings.window, window_of(arguments));
  TRY(request.settings.floor, number(arguments, "floor"));
  TRY(request.settings.minimum_change, number(arguments, "minimum-change"));
  return request;
}

Result<> write_output(Arguments const& arguments, std::string const& option, std::string const& content) {
  std::string const file = arguments.text(option);
  if (file.empty()) return {};
  return write_file_atomically(file, content);
}

Result<int> run_gate(Arguments const& arguments) {
  std::string const output = arguments.text("output");
  if (output != "text" && output != "json" && output != "annotations") {
    return fail({.kind = ErrorKind::usage,
                 .what = "--output takes text, json or annotations",
                 .why = "'" + output + "' is none"});
  }
  TRY(reports::GateRequest const request, request_of(arguments));
  TRY(reports::GateReport report, reports::run_gate(request));
  TRY_VOID(write_output(arguments, "json", reports::gate_json(report)));
  TRY_VOID(write_output(arguments, "junit", reports::gate_junit(report)));
  TRY_VOID(write_output(arguments, "gitlab-metrics", reports::gate_gitlab(report)));
  std::string const text = output == "json"          ? reports::gate_json(report)
                           : output == "annotations" ? reports::gate_annotations(report)
                                                     : reports::gate_text(report);
  std::fputs(text.c_str(), stdout);
  if (arguments.flag("record")) {
    if (request.history.empty()) {
      return fail({.kind = ErrorKind::usage, .what = "--record needs --history FILE"});
    }
    report.candidate.branch = branch_of(arguments, "branch");
    report.candidate.tag = arguments.text("tag");
    TRY_VOID(reports::append_run(request.history, report.candidate));
  }
  return report.exit_code;
}

int run(Arguments const& arguments) {
  Result<int> const code = run_gate(arguments);
  return code ? *code : report_error(code.error());
}

Verb describe_verb() {
  return {
      .name = "gate",
      .summary = "tell whether a run is slower than its comparable history",
      .positionals = {{.name = "RUN",
                       .help =
                           "the run to judge, then fresh runs that confirm or clear it: a journal each, or a "
                           "directory whose journals are repeats of one run",
                       .repeated = true}},
      .options =
          {{.name = "--history", .help = "history: .jsonl or .sqlite file, or a directory of evidence"},
           {.name = "--record", .help = "append the judged run to the history", .flag = true},
           {.name = "--branch",
            .help = "branch to record; auto: from CI's environment",
            .default_value = "auto"},
           {.name = "--tag", .help = "release tag to record"},
           {.name = "--baseline-branch", .help = "compare with runs of this branch only"},
           {.name = "--baseline-tag", .help = "compare with runs of this tag only"},
           {.name = "--window", .help = "newest comparable runs that count (default: the scenario's, or 20)"},
           {.name = "--pair-baseline", .help = "a run of the baseline, interleaved", .repeated = true},
           {.name = "--pair-candidate", .help = "the run of the candidate beside it", .repeated = true},
           {.name = "--metric",
            .help = "gating metric, up to three (default: the scenario's, or rto): rto, duration, "
                    "unavailable:write, phase:restore ...",
            .repeated = true},
           {.name = "--limit",
            .help = "METRIC=DURATION: hard limit beside the scenario's limits and objectives",
            .repeated = true},
           {.name = "--minimum-change",
            .help = "percent that count as a change (default: the scenario's, or 15)"},
           {.name = "--floor", .help = "seconds that count as a change (default: the scenario's, or 2)"},
           {.name = "--require-history", .help = "exit code 4 when there is no verdict", .flag = true},
           {.name = "--json", .help = "file for the whole result"},
           {.name = "--junit", .help = "file for JUnit XML"},
           {.name = "--gitlab-metrics", .help = "file for GitLab's metrics report"},
           {.name = "-o,--output", .help = "text, json or annotations", .default_value = "text"}},
      .run = &run};
}

RegisterVerb const registered(&describe_verb);

}  // namespace
}  // namespace pgdrill::cli
