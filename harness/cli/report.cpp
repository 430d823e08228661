// pgdrill report JOURNAL...: makes the reports of runs again from their journals, and a table over many.
#include "reports/report.hpp"

#include <cstdio>

#include "harness/cli/load_scenario.hpp"
#include "harness/cli/verb.hpp"
#include "reports/gate/gate.hpp"
#include "reports/run_table.hpp"

namespace pgdrill::cli {

namespace {

/// One journal: all its reports, beside it or in --evidence.
int report_one(std::filesystem::path const& journal, Arguments const& arguments) {
  std::filesystem::path const directory =
      arguments.given("evidence") ? std::filesystem::path(arguments.text("evidence")) : journal.parent_path();
  std::optional<reports::HistoryFigures> history;
  if (arguments.given("history")) {
    Result<reports::HistoryFigures> found = reports::history_figures(journal, arguments.text("history"));
    if (!found) return report_error(found.error());
    history = std::move(*found);
  }
  Result<reports::Verdict> const verdict =
      reports::write_reports(journal, directory.empty() ? "." : directory, std::move(history));
  if (!verdict) {
    std::fprintf(stderr, "pgdrill: %s\n", describe(verdict.error()).c_str());
    return verdict.error().kind == ErrorKind::invalid ? reports::exit_usage : reports::exit_unreachable;
  }
  std::printf("%s, evidence: %s\n", verdict->decision.c_str(), directory.c_str());
  return 0;
}

/// Many: a table of them, read one after the other and forgotten.
int report_many(std::vector<std::filesystem::path> const& journals, Arguments const& arguments) {
  Result<reports::RunTable> const table = reports::read_run_table(journals);
  if (!table) return report_error(table.error());
  std::fputs(reports::run_table_text(*table).c_str(), stdout);
  if (!arguments.given("evidence")) return 0;
  Result<> const written = reports::write_run_table(*table, arguments.text("evidence"));
  return written ? 0 : report_error(written.error());
}

int run(Arguments const& arguments) {
  std::vector<std::filesystem::path> journals;
  bool many = false;
  for (std::string const& given : arguments.texts("JOURNAL")) {
    if (!std::filesystem::is_directory(given)) {
      journals.emplace_back(given);
      continue;
    }
    many = true;
    Result<std::vector<std::filesystem::path>> const found = reports::journals_at(given);
    if (!found) return report_error(found.error());
    journals.insert(journals.end(), found->begin(), found->end());
  }
  return many || journals.size() > 1 ? report_many(journals, arguments)
                                     : report_one(journals.front(), arguments);
}

Verb describe_verb() {
  return {
      .name = "report",
      .summary = "make the reports of a run again from its journal, or a table over many runs",
      .positionals = {{.name = "JOURNAL",
                       .help = "journal.jsonl of a run; several, or a directory, give a table over them",
                       .repeated = true}},
      .options = {{.name = "--evidence",
                   .help = "directory to write to (default: where the journal lies; of a table: none)"},
                  {.name = "--history",
                   .help =
                       "history to show the run among: .jsonl or .sqlite file, or a directory of evidence"}},
      .run = &run};
}

RegisterVerb const registered(&describe_verb);

}  // namespace
}  // namespace pgdrill::cli
