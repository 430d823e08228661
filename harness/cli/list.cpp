// pgdrill list steps|probes [NAME]: what a scenario may name, from the declarations themselves.
#include <fmt/format.h>

#include <cstdio>

#include "harness/base/text.hpp"
#include "harness/cli/load_scenario.hpp"
#include "harness/engine/registry.hpp"
#include "reports/report.hpp"
#include "reports/verdict.hpp"

namespace pgdrill::cli {

namespace {

void print(std::string const& text) { std::fputs(text.c_str(), stdout); }

void print_whole(scenario::Declaration const& declaration) {
  print(fmt::format("{}: {}\n", declaration.name, declaration.summary));
  for (scenario::ParameterDeclaration const& parameter : declaration.parameters) {
    std::string const more = parameter.required                ? " (required)"
                             : parameter.default_value.empty() ? ""
                                                               : " (default " + parameter.default_value + ")";
    std::string const allowed = parameter.allowed.empty() ? "" : "; one of " + join(parameter.allowed, ", ");
    print(fmt::format("  {}{}: {}{}\n", parameter.name, more, parameter.help, allowed));
  }
  for (auto const& [label, text] : {std::pair{"effect", declaration.effect},
                                    {"witness", declaration.witness},
                                    {"undo", declaration.undo}}) {
    if (!text.empty()) print(fmt::format("  {}: {}\n", label, text));
  }
}

int print_declarations(std::string const& what, std::vector<scenario::Declaration> const& all,
                       std::string const& name) {
  std::vector<std::string> names;
  for (scenario::Declaration const& declaration : all) {
    names.push_back(declaration.name);
    if (name.empty()) print(fmt::format("{:<18} {}\n", declaration.name, declaration.summary));
    if (declaration.name == name) {
      print_whole(declaration);
      return 0;
    }
  }
  if (name.empty()) return 0;
  auto const near = nearest(name, names);
  std::fprintf(stderr, "pgdrill: there is no %s '%s'%s\n", what.c_str(), name.c_str(),
               near ? ("; did you mean '" + *near + "'?").c_str() : "");
  return reports::exit_usage;
}

int run(Arguments const& arguments) {
  std::string const what = arguments.text("WHAT");
  std::string const name = arguments.text("NAME");
  if (what == "steps") return print_declarations("step", engine::catalogue().steps, name);
  if (what == "probes") return print_declarations("probe", engine::catalogue().probes, name);
  if (what == "reports") {
    for (reports::Report const& report : reports::reports()) print(report.file + "\n");
    return 0;
  }
  std::fputs("pgdrill: list steps, probes or reports\n", stderr);
  return reports::exit_usage;
}

Verb describe_verb() {
  return {.name = "list",
          .summary = "list steps, probes or reports, or explain one of them",
          .positionals = {{.name = "WHAT", .help = "steps, probes or reports"},
                          {.name = "NAME", .help = "one of them, to see its parameters", .required = false}},
          .run = &run};
}

RegisterVerb const registered(&describe_verb);

}  // namespace
}  // namespace pgdrill::cli
