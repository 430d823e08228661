// pgdrill list faults|steps|probes|triggers|reports|rules [NAME]: what a scenario may name, from the
// declarations themselves.
#include <fmt/format.h>

#include <algorithm>
#include <cstdio>

#include "harness/cli/declaration_text.hpp"
#include "harness/cli/output.hpp"
#include "harness/engine/registry.hpp"
#include "harness/migrations/review/rule.hpp"
#include "reports/report.hpp"
#include "reports/verdict.hpp"

namespace pgdrill::cli {

namespace {

using scenario::Declaration;

std::vector<std::string> const formats{"text", "json"};

/// What can be listed, in the order of the help text.
std::vector<std::string> const sorts{"faults", "steps", "probes", "triggers", "reports", "rules"};

std::vector<Declaration> report_declarations() {
  std::vector<Declaration> all;
  for (reports::Report const& report : reports::reports())
    all.push_back({.name = report.file, .summary = report.summary});
  return all;
}

/// Rules of `pgdrill review`: what an effect is to a fault, the reason is to a rule.
std::vector<Declaration> rule_declarations() {
  std::vector<Declaration> all;
  for (review::Rule const& rule : review::rules()) {
    std::string const how = rule.by_default ? "" : ", only with --rule";
    all.push_back({.name = rule.id,
                   .summary = fmt::format("{} ({}{})", rule.summary, name_of(rule.severity), how),
                   .effect = rule.why,
                   .undo = "instead: " + rule.instead});
  }
  return all;
}

std::vector<Declaration> declarations(std::string const& sort) {
  scenario::Catalogue const& catalogue = engine::catalogue();
  if (sort == "faults") return catalogue.faults;
  if (sort == "steps") return catalogue.steps;
  if (sort == "probes") return catalogue.probes;
  if (sort == "triggers") return catalogue.triggers;
  if (sort == "rules") return rule_declarations();
  return report_declarations();
}

std::vector<std::string> names_of(std::vector<Declaration> const& all) {
  std::vector<std::string> names;
  for (Declaration const& one : all) names.push_back(one.name);
  return names;
}

std::string table(std::vector<Declaration> const& all) {
  std::size_t width = 0;
  for (Declaration const& one : all) width = std::max(width, one.name.size());
  std::string text;
  for (Declaration const& one : all)
    text += fmt::format("{:<{}}  {}\n", one.name, width, wrapped(one.summary, width + 2));
  return text;
}

std::string json_list(std::vector<Declaration> const& all) {
  json::array items;
  for (Declaration const& one : all) items.emplace_back(declaration_json(one));
  return pretty(items);
}

int list_sort(std::string const& sort, std::string const& name, bool as_json) {
  std::vector<Declaration> const all = declarations(sort);
  if (name.empty()) {
    print(as_json ? json_list(all) : table(all));
    return reports::exit_pass;
  }
  for (Declaration const& one : all) {
    if (one.name != name) continue;
    print(as_json ? pretty(declaration_json(one)) : declaration_text(sort, one));
    return reports::exit_pass;
  }
  std::fprintf(stderr, "pgdrill: there is no %s '%s'%s\n", sort.substr(0, sort.size() - 1).c_str(),
               name.c_str(), suggest(name, names_of(all)).c_str());
  return reports::exit_usage;
}

int run(Arguments const& arguments) {
  std::string const what = arguments.text("WHAT");
  std::optional<std::string> const format = output_format(arguments, formats);
  if (!format) return reports::exit_usage;
  bool const as_json = *format == "json";
  if (what.empty()) {
    for (std::string const& sort : sorts) print(fmt::format("{}:\n{}\n", sort, table(declarations(sort))));
    return reports::exit_pass;
  }
  for (std::string const& sort : sorts) {
    if (what == sort || what + "s" == sort) return list_sort(sort, arguments.text("NAME"), as_json);
  }
  std::fprintf(stderr, "pgdrill: there is no list of '%s'%s\n", what.c_str(), suggest(what, sorts).c_str());
  return reports::exit_usage;
}

std::vector<std::string> candidates(std::vector<std::string> const& before) {
  return before.empty() ? sorts : names_of(declarations(before.front()));
}

Verb describe_verb() {
  return {.name = "list",
          .summary = "list faults, steps, probes, triggers, reports or rules, or document one of them",
          .positionals = {{.name = "WHAT",
                           .help = "faults, steps, probes, triggers, reports or rules (default: all)",
                           .required = false,
                           .candidates = &candidates},
                          {.name = "NAME",
                           .help = "one of them, to see parameters, effect, witness, undo and rights",
                           .required = false,
                           .candidates = &candidates}},
          .options = {output_option(formats, "")},
          .run = &run};
}

RegisterVerb const registered(&describe_verb);

}  // namespace
}  // namespace pgdrill::cli
