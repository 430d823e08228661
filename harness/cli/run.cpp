// pgdrill run SCENARIO...: runs drills and leaves their evidence.
#include <sys/ioctl.h>
#include <unistd.h>

#include <boost/asio/signal_set.hpp>
#include <csignal>
#include <cstdio>
#include <cstdlib>

#include "harness/base/scope.hpp"
#include "harness/base/text.hpp"
#include "harness/cli/connect.hpp"
#include "harness/cli/load_scenario.hpp"
#include "harness/cli/output.hpp"
#include "harness/cli/repetition.hpp"
#include "harness/cli/suite.hpp"
#include "harness/engine/executor.hpp"
#include "reports/console.hpp"
#include "reports/gate/gate.hpp"
#include "reports/live_metrics.hpp"
#include "reports/report.hpp"

namespace pgdrill::cli {

namespace {

constexpr auto repaint_interval = std::chrono::milliseconds(200);

std::size_t terminal_width() {
  winsize size{};
  bool const known = ::ioctl(STDOUT_FILENO, TIOCGWINSZ, &size) == 0 && size.ws_col > 0;
  return known ? size.ws_col : 80;
}

/// Everything of one run that outlives its coroutines.
struct RunParts {
  scenario::Scenario scenario;
  Arguments arguments;
  std::filesystem::path evidence;
  std::uint64_t seed = 0;
  json::object repetition = {};
  bool latest = true;  ///< evidence/latest leads here afterwards
  bool json = false;
  reports::Console console;
  reports::LiveMetrics metrics = {};
  std::unique_ptr<engine::Journal> journal = {};
  engine::RunEnd end = {};
};

std::filesystem::path default_evidence(std::string const& scenario) {
  return std::filesystem::path("evidence") / (scenario + "-" + format_compact(wall_now()));
}

/// evidence/latest points to the newest run beside it.
void point_latest_to(std::filesystem::path const& evidence) {
  std::error_code problem;
  std::filesystem::path const link = evidence.parent_path() / "latest";
  std::filesystem::path const fresh = evidence.parent_path() / ".latest";
  std::filesystem::remove(fresh, problem);
  std::filesystem::create_symlink(evidence.filename(), fresh, problem);
  if (!problem) std::filesystem::rename(fresh, link, problem);
}

Result<> open_journal(RunParts& parts, std::string const& run_id) {
  std::error_code problem;
  std::filesystem::create_directories(parts.evidence, problem);
  if (problem) {
    return fail({.kind = ErrorKind::io,
                 .what = "cannot make the evidence directory",
                 .where = parts.evidence.string(),
                 .why = problem.message()});
  }
  TRY(parts.journal, engine::Journal::create(parts.evidence / "journal.jsonl", run_id));
  if (parts.latest) point_latest_to(parts.evidence);
  parts.journal->subscribe([&parts](json::object const& event) {
    parts.metrics.on_event(event);
    if (!parts.json) {
      parts.console.on_event(event);
      return;
    }
    std::fputs((json::serialize(event) + "\n").c_str(), stdout);
    std::fflush(stdout);
  });
  return {};
}

/// The third signal: leaves though undo has not ended, and says what is dirty.
[[noreturn]] void leave_dirty(engine::Executor& executor, std::string const& ns) {
  std::vector<engine::UndoRecord> const left = executor.abandon();
  for (engine::UndoRecord const& record : left) {
    std::fprintf(stderr, "pgdrill: not undone: %s\n", record.summary.c_str());
  }
  if (!left.empty()) std::fprintf(stderr, "pgdrill: to undo it: pgdrill cleanup -n %s\n", ns.c_str());
  std::fflush(nullptr);
  std::_Exit(reports::exit_unclean);
}

std::vector<std::string> const formats{"text", "json"};

Task<> forward_signals(RunParts& parts, engine::Executor& executor) {
  asio::signal_set signals(co_await asio::this_coro::executor, SIGINT, SIGTERM);
  for (int count = 1;; ++count) {
    int const signal = co_await signals.async_wait(asio::use_awaitable);
    if (count > 1) parts.console.wipe();
    if (count > 2) leave_dirty(executor, parts.scenario.target.ns);
    std::string const doing = executor.undo_progress();
    if (count == 2) {
      std::fprintf(stderr, "pgdrill: %s; once more leaves it so\n",
                   doing.empty() ? "there is nothing to undo; the run is ending" : doing.c_str());
    }
    executor.interrupt(signal);
  }
}

Task<> serve_metrics(RunParts& parts) {
  std::uint16_t const port = port_option(parts.arguments, "metrics-port").value_or(0);
  Result<std::uint16_t> const bound = parts.metrics.bind(co_await asio::this_coro::executor, port);
  if (!bound) {
    std::fprintf(stderr, "pgdrill: no live metrics: %s\n", ::pgdrill::describe(bound.error()).c_str());
    co_return;
  }
  parts.console.wipe();
  if (!parts.json) std::printf("metrics: http://127.0.0.1:%u/metrics\n", static_cast<unsigned>(*bound));
  co_await parts.metrics.serve();
}

/// Keeps the live part of a terminal up to date between events.
Task<> repaint(RunParts& parts) {
  while (true) {
    parts.console.tick(parts.journal->elapsed_ns());
    co_await sleep_for(repaint_interval);
  }
}

Task<> run_beside(Scope& scope, RunParts& parts, engine::Executor& executor) {
  scope.spawn("signals", forward_signals(parts, executor));
  scope.spawn("metrics", serve_metrics(parts));
  if (!parts.json) scope.spawn("terminal", repaint(parts));
  parts.end = co_await executor.run();
  scope.cancel();
}

Task<Result<>> run_drill(RunParts& parts) {
  // Nothing is left behind, no evidence either, when there is no API to speak to.
  CO_TRY(Connection const connection, co_await connect(parts.arguments));
  std::shared_ptr<kube::Client> const& client = connection.client;
  std::string const run_id = "r" + random_suffix(8);
  CO_TRY_VOID(open_journal(parts, run_id));
  cnpg::DatabaseAccess databases(client, parts.scenario.target.ns);
  engine::RunSettings settings{.scenario = parts.scenario,
                               .run_id = run_id,
                               .evidence_directory = parts.evidence,
                               .kube = client,
                               .journal = parts.journal.get(),
                               .databases = &databases,
                               .seed = parts.seed,
                               .repetition = parts.repetition,
                               .placebo = parts.arguments.flag("placebo")};
  engine::Executor engine_executor(std::move(settings));
  std::function<Task<>(Scope&)> body = [&](Scope& scope) {
    return run_beside(scope, parts, engine_executor);
  };
  co_await with_scope(std::move(body));
  co_return Result<>();
}

/// Exit code of a run that cannot be judged, since its journal or its reports could not be written.
int unjudged(Error const& error, engine::RunEnd const& end) {
  int const code = report_error(error);
  for (engine::UndoRecord const& left : end.left) {
    std::fprintf(stderr, "pgdrill: not undone: %s\n", left.summary.c_str());
  }
  if (!end.left.empty()) return reports::exit_unclean;
  return end.announced ? reports::exit_inconclusive : code;
}

/// Earlier runs to show this one among, when they are asked for. A run's evidence never waits for them.
std::optional<reports::HistoryFigures> history_of(RunParts const& parts,
                                                  std::filesystem::path const& journal) {
  if (!parts.arguments.given("history")) return std::nullopt;
  Result<reports::HistoryFigures> found = reports::history_figures(journal, parts.arguments.text("history"));
  if (found) return std::move(*found);
  std::fprintf(stderr, "pgdrill: the run is not shown among earlier ones: %s\n",
               describe(found.error()).c_str());
  return std::nullopt;
}

/// Reports what the journal holds, also after a failure in the middle.
int finish(RunParts& parts) {
  std::optional<Error> const problem = parts.journal->problem();
  std::filesystem::path const file = parts.journal->file();
  parts.journal.reset();
  Result<reports::Verdict> const verdict =
      reports::write_reports(file, parts.evidence, history_of(parts, file));
  // A full disk stops the journal first; that reports cannot be written either is no news then.
  if (!verdict) return unjudged(problem ? *problem : verdict.error(), parts.end);
  Result<reports::Run> const run = reports::read_run(file);
  if (run && !parts.json) parts.console.finish(*run, *verdict, parts.evidence.string());
  if (problem) return unjudged(*problem, parts.end);
  return verdict->exit_code;
}

/// NO_COLOR: https://no-color.org, any value but the empty one. A dumb terminal cannot take a line back.
reports::ConsoleOptions console_options(std::string const& scenario_file) {
  char const* const kind = std::getenv("TERM");
  bool const dumb = kind != nullptr && std::string_view(kind) == "dumb";
  bool const terminal = ::isatty(STDOUT_FILENO) == 1 && !dumb;
  char const* const no_colour = std::getenv("NO_COLOR");
  return {.terminal = terminal,
          .colour = terminal && (no_colour == nullptr || *no_colour == '\0'),
          .ci = reports::detect_ci(),
          .scenario_file = scenario_file,
          .width = &terminal_width};
}

/// One run of a scenario; its exit code.
int run_once(OneRun one) {
  RunParts parts{.scenario = std::move(one.scenario),
                 .arguments = one.arguments,
                 .evidence = one.evidence,
                 .seed = one.seed,
                 .repetition = std::move(one.repetition),
                 .latest = one.latest,
                 .json = one.arguments.text("output") == "json",
                 .console = reports::Console(stdout, console_options(one.arguments.text("SCENARIO")))};
  Result<> const ran = run_to_end(run_drill(parts));
  if (!ran) return report_error(ran.error());
  return finish(parts);
}

/// One scenario of the command line, as often as it says.
int run_scenario(Arguments const& arguments, Chosen chosen, std::filesystem::path const& evidence,
                 bool latest) {
  std::optional<Repetition> const repetition = read_repetition(arguments, chosen.scenario);
  if (!repetition) return reports::exit_usage;
  if (repetition->runs() > 1) {
    if (latest) point_latest_to(evidence);
    return run_many(arguments, *repetition, evidence, &run_once);
  }
  return run_once({.scenario = std::move(chosen.scenario),
                   .arguments = arguments,
                   .evidence = evidence,
                   .seed = repetition->seed,
                   .latest = latest});
}

int run_in_suite(Arguments const& arguments, Chosen chosen, std::filesystem::path const& evidence) {
  if (arguments.text("output") != "json") std::printf("\n== %s\n", chosen.file.c_str());
  return run_scenario(arguments, std::move(chosen), evidence, false);
}

bool names_one_file(Arguments const& arguments) {
  std::error_code ignored;
  return arguments.texts("SCENARIO").size() == 1 &&
         !std::filesystem::is_directory(arguments.text("SCENARIO"), ignored);
}

/// Before anything is broken, not after.
Result<> check_options(Arguments const& arguments) {
  TRY_VOID(port_option(arguments, "metrics-port"));
  if (arguments.given("history")) TRY_VOID(reports::read_history(arguments.text("history")));
  return {};
}

int run(Arguments const& arguments) {
  if (!output_format(arguments, formats)) return reports::exit_usage;
  if (Result<> const checked = check_options(arguments); !checked) return report_error(checked.error());
  std::optional<std::vector<Chosen>> chosen = choose_scenarios(arguments);
  if (!chosen) return reports::exit_usage;
  bool const one = names_one_file(arguments);
  bool const given = arguments.given("evidence");
  std::filesystem::path const evidence =
      given ? std::filesystem::path(arguments.text("evidence"))
            : default_evidence(one ? chosen->front().scenario.name : "suite");
  if (one) return run_scenario(arguments, std::move(chosen->front()), evidence, !given);
  if (!given) point_latest_to(evidence);
  return run_suite(arguments, std::move(*chosen), evidence, &run_in_suite);
}

Verb describe_verb() {
  std::vector<Option> options = scenario_options();
  options.push_back({.name = "--evidence",
                     .help = "directory for the evidence (default: evidence/<scenario>-<UTC start>)"});
  options.push_back(
      {.name = "--history",
       .help = "history to show the run among: .jsonl or .sqlite file, or a directory of evidence"});
  options.push_back({.name = "--metrics-port",
                     .help = "port on loopback for /metrics while running; 0: a free one",
                     .default_value = "0"});
  options.push_back({.name = "-o,--output",
                     .help = "text, or json: the journal's events as they come",
                     .default_value = "text"});
  options.push_back(
      {.name = "--seed", .help = "decides all randomness (default: the scenario's, or a new one)"});
  options.push_back({.name = "--repeat", .help = "how often each combination of the matrix is run"});
  options.push_back(
      {.name = "--tag", .help = "only scenarios with this tag, or one of these", .repeated = true});
  options.push_back({.name = "--skip-tag", .help = "no scenario with this tag", .repeated = true});
  options.push_back({.name = "--placebo",
                     .help = "the same timeline with the faults left out: the cost of the harness itself",
                     .flag = true});
  return {.name = "run",
          .summary = "run a drill and leave its evidence",
          .positionals = {{.name = "SCENARIO",
                           .help = "scenario files, or directories with some: then a suite with one verdict",
                           .repeated = true,
                           .values = "file"}},
          .options = std::move(options),
          .run = &run};
}

RegisterVerb const registered(&describe_verb);

}  // namespace
}  // namespace pgdrill::cli
