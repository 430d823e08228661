#include "reports/run_table.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <map>
#include <tuple>

#include "harness/base/files.hpp"
#include "reports/csv.hpp"
#include "reports/escape.hpp"
#include "reports/junit.hpp"
#include "reports/markdown.hpp"
#include "reports/statistics/order.hpp"

namespace pgdrill::reports {

namespace {

constexpr std::size_t shown_rows = 20;

struct Totals {
  std::size_t runs = 0;
  std::size_t go = 0;
  std::size_t no_go = 0;
  std::vector<double> rto;
  std::string last;
};

std::map<std::string, Totals> totals_of(RunTable const& table) {
  std::map<std::string, Totals> all;
  for (RunSummary const& run : table.runs) {
    Totals& totals = all[run.scenario];
    ++totals.runs;
    totals.go += run.decision == "go" ? 1 : 0;
    totals.no_go += run.decision == "no-go" ? 1 : 0;
    totals.last = run.decision + " " + run.started.substr(0, 16);
    if (auto const rto = run.values.find("rto"); rto != run.values.end()) totals.rto.push_back(rto->second);
  }
  return all;
}

std::string rto_of(Totals const& totals) {
  if (totals.rto.empty()) return "not measured";
  return fmt::format("{} s, at most {} s", fixed(statistics::median(totals.rto)),
                     fixed(*std::max_element(totals.rto.begin(), totals.rto.end())));
}

std::string value_cell(RunSummary const& run, std::string const& name) {
  auto const found = run.values.find(name);
  return found == run.values.end() ? "" : fixed(found->second);
}

}  // namespace

Result<RunTable> read_run_table(std::vector<std::filesystem::path> const& journals) {
  RunTable table;
  for (std::filesystem::path const& journal : journals) {
    Result<RunSummary> summary = summarize_journal(journal);
    if (summary) {
      table.runs.push_back(std::move(*summary));
    } else {
      table.unreadable.push_back(journal.string() + ": " + summary.error().why);
    }
  }
  if (table.runs.empty()) {
    return fail({.kind = ErrorKind::invalid,
                 .what = "no journal could be read",
                 .why = table.unreadable.empty() ? "none was given" : table.unreadable.front()});
  }
  std::sort(table.runs.begin(), table.runs.end(), [](RunSummary const& a, RunSummary const& b) {
    return std::tie(a.started, a.run) < std::tie(b.started, b.run);
  });
  return table;
}

std::string run_table_text(RunTable const& table) {
  std::string text;
  for (auto const& [scenario, totals] : totals_of(table)) {
    text += fmt::format("{}: {} runs, {} go, {} no-go, {} inconclusive; RTO median {}; last: {}\n",
                        first_in_line(scenario), totals.runs, totals.go, totals.no_go,
                        totals.runs - totals.go - totals.no_go, rto_of(totals), one_line(totals.last));
  }
  std::size_t const first = table.runs.size() > shown_rows ? table.runs.size() - shown_rows : 0;
  if (first > 0) text += fmt::format("the newest {} of {}:\n", shown_rows, table.runs.size());
  for (std::size_t i = first; i < table.runs.size(); ++i) {
    RunSummary const& run = table.runs[i];
    std::string const rto = value_cell(run, "rto");
    text += fmt::format("{} {:<12} {:>10} {}\n", first_in_line(run.started.substr(0, 19) + " " + run.run),
                        run.decision, rto.empty() ? "-" : rto + " s", run.decision == "go" ? "" : run.reason);
  }
  for (std::string const& problem : table.unreadable) text += "unreadable: " + one_line(problem) + "\n";
  return text;
}

std::string run_table_csv(RunTable const& table) {
  std::string text =
      "run,started,scenario,namespace,cluster,postgres,decision,exit_code,rto_s,rpo_s,duration_s,reason\r\n";
  for (RunSummary const& run : table.runs) {
    text += fmt::format("{},{},{},{},{},{},{},{},{},{},{},{}\r\n", csv_cell(run.run), csv_cell(run.started),
                        csv_cell(run.scenario), csv_cell(run.ns), csv_cell(run.cluster),
                        csv_cell(run.postgres), run.decision, run.exit_code, value_cell(run, "rto"),
                        value_cell(run, "rpo"), value_cell(run, "duration"), csv_cell(run.reason));
  }
  return text;
}

std::string run_table_markdown(RunTable const& table) {
  std::string text =
      "| Scenario | Runs | GO | NO-GO | Inconclusive | RTO | Last |\n|---|---|---|---|---|---|---|\n";
  for (auto const& [scenario, totals] : totals_of(table)) {
    text += fmt::format("| {} | {} | {} | {} | {} | {} | {} |\n", markdown_cell(scenario), totals.runs,
                        totals.go, totals.no_go, totals.runs - totals.go - totals.no_go, rto_of(totals),
                        markdown_cell(totals.last));
  }
  return text;
}

std::string run_table_junit(RunTable const& table) {
  std::map<std::string, JunitSuite> suites;
  for (RunSummary const& run : table.runs) {
    JunitSuite& suite = suites[run.scenario];
    if (suite.cases.empty()) {
      suite.name = run.scenario;
      suite.classname = "pgdrill." + run.scenario;
      suite.started = run.started;
    }
    JunitCase entry{.name = "drill"};
    auto const duration = run.values.find("duration");
    if (duration != run.values.end()) entry.duration = static_cast<Nanoseconds>(duration->second * 1e9);
    suite.duration += entry.duration;
    if (run.decision != "go") {
      entry.outcome = run.decision == "no-go" ? JunitCase::Outcome::failed : JunitCase::Outcome::error;
      entry.message = run.reason;
      entry.body = "run " + run.run + " of " + run.started;
    }
    suite.cases.push_back(std::move(entry));
  }
  std::vector<JunitSuite> list;
  for (auto& entry : suites) list.push_back(std::move(entry.second));
  return junit_document(std::move(list));
}

Result<> write_run_table(RunTable const& table, std::filesystem::path const& directory) {
  std::error_code problem;
  std::filesystem::create_directories(directory, problem);
  if (problem) {
    return fail({.kind = ErrorKind::io,
                 .what = "cannot make the directory",
                 .where = directory.string(),
                 .why = problem.message()});
  }
  TRY_VOID(write_file_atomically(directory / "runs.csv", run_table_csv(table)));
  TRY_VOID(write_file_atomically(directory / "runs.md", run_table_markdown(table)));
  return write_file_atomically(directory / "junit.xml", run_table_junit(table));
}

}  // namespace pgdrill::reports
