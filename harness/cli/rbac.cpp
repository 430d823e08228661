// pgdrill rbac [SCENARIO...]: the Role that a run needs, ready for kubectl apply. Touches nothing.
#include <cstdio>

#include "harness/base/yaml_text.hpp"
#include "harness/cli/load_scenario.hpp"
#include "harness/cli/output.hpp"
#include "harness/engine/rights.hpp"
#include "reports/verdict.hpp"

namespace pgdrill::cli {

namespace {

std::vector<std::string> const formats{"yaml", "json"};

std::string as_json(std::vector<json::object> const& objects) {
  json::array items;
  for (json::object const& one : objects) items.emplace_back(one);
  return pretty(json::object{{"apiVersion", "v1"}, {"kind", "List"}, {"items", std::move(items)}});
}

int run(Arguments const& arguments) {
  std::optional<std::string> const format = output_format(arguments, formats);
  if (!format) return reports::exit_usage;
  engine::RoleOptions options{.ns = arguments.text("namespace"),
                              .name = arguments.text("name"),
                              .service_account = arguments.text("service-account")};
  engine::Permissions rules;
  bool valid = true;
  for (std::string const& file : arguments.texts("SCENARIO")) {
    std::optional<scenario::Scenario> const scenario = load_scenario_file(file, arguments);
    valid = valid && scenario.has_value();
    if (!scenario) continue;
    engine::Permissions const own = engine::rights_of(*scenario);
    rules.insert(rules.end(), own.begin(), own.end());
    if (options.ns.empty()) options.ns = scenario->target.ns;
  }
  if (!valid) return reports::exit_usage;
  rules = arguments.texts("SCENARIO").empty() ? engine::rights_of_all() : engine::merged(rules);
  std::vector<json::object> const objects =
      arguments.flag("role-only") ? std::vector<json::object>{engine::role_object(rules, options)}
                                  : engine::role_objects(rules, options);
  print(*format == "json" ? as_json(objects) : to_yaml(objects));
  return reports::exit_pass;
}

Verb describe_verb() {
  return {
      .name = "rbac",
      .summary = "print the Role that scenarios need, ready for kubectl apply",
      .positionals = {{.name = "SCENARIO",
                       .help = "scenario files; none: whatever a scenario could name",
                       .required = false,
                       .repeated = true,
                       .values = "file"}},
      .options = {{.name = "-n,--namespace", .help = "namespace of the Role (default: the scenario's)"},
                  {.name = "--var", .help = "NAME=VALUE: sets a variable of the scenarios", .repeated = true},
                  {.name = "--name", .help = "name of the objects", .default_value = "pgdrill"},
                  {.name = "--service-account",
                   .help = "an existing ServiceAccount to bind to (default: one is made)"},
                  {.name = "--role-only", .help = "the Role without account and binding", .flag = true},
                  output_option(formats, "")},
      .run = &run};
}

RegisterVerb const registered(&describe_verb);

}  // namespace
}  // namespace pgdrill::cli
