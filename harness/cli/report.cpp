// pgdrill report JOURNAL --evidence DIR: makes the reports of a run again from its journal.
#include "reports/report.hpp"

#include <cstdio>

#include "harness/cli/verb.hpp"

namespace pgdrill::cli {

namespace {

int run(Arguments const& arguments) {
  std::filesystem::path const journal = arguments.text("JOURNAL");
  std::filesystem::path const directory =
      arguments.given("evidence") ? std::filesystem::path(arguments.text("evidence")) : journal.parent_path();
  Result<reports::Verdict> const verdict =
      reports::write_reports(journal, directory.empty() ? "." : directory);
  if (!verdict) {
    std::fprintf(stderr, "pgdrill: %s\n", describe(verdict.error()).c_str());
    return verdict.error().kind == ErrorKind::invalid ? reports::exit_usage : reports::exit_unreachable;
  }
  std::printf("%s, evidence: %s\n", verdict->decision.c_str(), directory.c_str());
  return 0;
}

Verb describe_verb() {
  return {
      .name = "report",
      .summary = "make the reports of a run again from its journal",
      .positionals = {{.name = "JOURNAL", .help = "journal.jsonl of a run"}},
      .options = {{.name = "--evidence", .help = "directory to write to (default: where the journal lies)"}},
      .run = &run};
}

RegisterVerb const registered(&describe_verb);

}  // namespace
}  // namespace pgdrill::cli
