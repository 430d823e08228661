// pgdrill compare A B: two runs beside each other.
#include "reports/compare.hpp"

#include <cstdio>

#include "harness/cli/load_scenario.hpp"
#include "harness/cli/verb.hpp"
#include "reports/gate/history.hpp"

namespace pgdrill::cli {

namespace {

int run(Arguments const& arguments) {
  Result<reports::RunSummary> const a = reports::summarize_at(arguments.text("A"));
  if (!a) return report_error(a.error());
  Result<reports::RunSummary> const b = reports::summarize_at(arguments.text("B"));
  if (!b) return report_error(b.error());
  std::string const text = arguments.text("output") == "json" ? reports::comparison_json(*a, *b)
                                                              : reports::comparison_text(*a, *b);
  std::fputs(text.c_str(), stdout);
  return 0;
}

Verb describe_verb() {
  return {.name = "compare",
          .summary = "show two runs beside each other",
          .positionals = {{.name = "A", .help = "journal of the first run, or the directory of its repeats"},
                          {.name = "B", .help = "of the second"}},
          .options = {{.name = "-o,--output", .help = "text or json", .default_value = "text"}},
          .run = &run};
}

RegisterVerb const registered(&describe_verb);

}  // namespace
}  // namespace pgdrill::cli
