#include "harness/scenario/json_schema.hpp"

#include "harness/scenario/phases.hpp"
#include "harness/scenario/scenario.hpp"
#include "harness/scenario/schema_parts.hpp"

namespace pgdrill::scenario {

namespace {

using Names = std::vector<std::string>;

constexpr std::string_view api_version = "pgdrill.io/v1";

bool needs_parameters(Declaration const& declaration) {
  for (ParameterDeclaration const& one : declaration.parameters) {
    if (one.required) return true;
  }
  return false;
}

/// Kinds that may stand as a word alone: "- status-check".
json::object bare_kinds(std::vector<Declaration const*> const& declarations, std::string const& description) {
  json::array names;
  for (Declaration const* const one : declarations) {
    if (!needs_parameters(*one)) names.emplace_back(one->name);
  }
  return {{"description", description}, {"enum", std::move(names)}};
}

std::vector<Declaration const*> pointers(std::vector<Declaration> const& declarations) {
  std::vector<Declaration const*> all;
  for (Declaration const& one : declarations) all.push_back(&one);
  return all;
}

/// {"required": [kind], "not": {...}}: this kind, without keys that it cannot have.
json::object branch(std::string const& kind, Names const& forbidden) {
  json::object value{{"required", {kind}}};
  if (forbidden.empty()) return value;
  json::array any;
  for (std::string const& key : forbidden) any.push_back({{"required", {key}}});
  value["not"] = {{"anyOf", std::move(any)}};
  return value;
}

/// A condition: a trigger with its parameters, or with the value of its first one.
json::object condition(Catalogue const& catalogue) {
  json::object properties;
  json::array branches;
  for (Declaration const& one : catalogue.triggers) {
    json::object whole = schema::parameters(one);
    if (!one.parameters.empty()) {
      std::string const description(whole["description"].as_string());
      json::array forms{std::move(whole), schema::parameter(one.parameters.front())};
      whole = {{"description", description}, {"anyOf", std::move(forms)}};
    }
    properties[one.name] = std::move(whole);
    branches.push_back(branch(one.name, {}));
  }
  json::object value = schema::map(std::move(properties), {}, "A condition on observed state");
  if (!branches.empty()) value["oneOf"] = std::move(branches);
  return value;
}

json::object probe(Catalogue const& catalogue) {
  json::object properties{
      {"name", schema::text("Unique name in journal and reports (default: the kind)")},
      {"rto", schema::boolean("Whether its samples count for the RTO (default: what a client sees does)")}};
  json::array branches;
  for (Declaration const& one : catalogue.probes) {
    properties[one.name] = schema::parameters(one);
    branches.push_back(branch(one.name, {}));
  }
  json::object whole = schema::map(std::move(properties), {}, "A probe with its parameters");
  if (!branches.empty()) whole["oneOf"] = std::move(branches);
  return {
      {"anyOf", {bare_kinds(pointers(catalogue.probes), "A probe without parameters"), std::move(whole)}}};
}

void add_common_keys(json::object& properties, bool beside_a_step) {
  Names phases_known;
  for (Phase const& one : phases()) phases_known.push_back(one.name);
  properties["id"] = schema::text("Unique id in journal and reports (default: the kind, then -2, -3 ...)");
  properties["title"] = schema::text("What a report says of it (default: the summary of its kind)");
  properties["timeout"] = schema::duration("How long it may take, waiting for `when` included");
  properties["when"] = schema::reference("condition");
  properties["for"] = schema::duration("How long a lasting fault is held before it is lifted");
  properties["overlap"] = schema::one_of(phases_known, "The phase that the fault must overlap to count");
  if (beside_a_step) return;
  properties["during"] =
      schema::list(schema::reference("item_beside"), "Items that start with this step and end with it");
}

/// An item of `steps`, or of `during` (which cannot be inside itself).
json::object item(Catalogue const& catalogue, bool beside_a_step) {
  std::string const own = beside_a_step ? "item_beside" : "item";
  json::object properties;
  json::array branches;
  Names const block_only{"id", "title", "timeout", "when", "for", "overlap", "during"};
  for (Declaration const& one : catalogue.steps) {
    properties[one.name] = schema::parameters(one);
    branches.push_back(branch(one.name, {"for", "overlap"}));
  }
  for (Declaration const& one : catalogue.faults) {
    properties[one.name] = schema::parameters(one);
    branches.push_back(branch(one.name, one.lasting ? Names{} : Names{"for"}));
  }
  add_common_keys(properties, beside_a_step);
  for (auto const& [block, help] : {std::pair{"sequence", "Items one after the other"},
                                    {"parallel", "Items at the same time; it ends with the last of them"}}) {
    properties[block] = schema::list(schema::reference(own), help);
    properties[block].as_object()["minItems"] = 1;
    branches.push_back(branch(block, block_only));
  }
  properties["include"] = schema::text("File with the steps to put here, relative to this one");
  properties["with"] =
      schema::free_map(schema::text("value"), "Values for the parameters of the included file");
  branches.push_back(branch("include", block_only));
  json::object whole = schema::map(std::move(properties), {}, "A step, a fault, a block or an include");
  whole["oneOf"] = std::move(branches);
  std::vector<Declaration const*> kinds = pointers(catalogue.steps);
  for (Declaration const& one : catalogue.faults) kinds.push_back(&one);
  return {{"anyOf", {bare_kinds(kinds, "A step or fault without parameters"), std::move(whole)}}};
}

json::object header(std::string const& kind) {
  return {{"apiVersion", {{"description", "Version of the language"}, {"const", api_version}}},
          {"kind", {{"description", "What the file holds"}, {"const", kind}}}};
}

json::object steps() {
  json::object value = schema::list(schema::reference("item"), "What is done, in this order");
  value["minItems"] = 1;
  return value;
}

json::object metadata() {
  return schema::map({{"name", schema::name("Name of the scenario in evidence and metrics")},
                      {"title", schema::text("One sentence for people")},
                      {"tags", schema::list(schema::name("a tag"), "Words to choose scenarios by")}},
                     {"name"}, "What the scenario is called");
}

json::object target() {
  return schema::map(
      {{"namespace", schema::name("Namespace that may be broken; -n replaces it")},
       {"cluster", schema::name("CloudNativePG Cluster")},
       {"database", schema::text("Database of the application (default: app)")},
       {"service", schema::name("Service through which the application connects (default: "
                                "<cluster>-rw)")},
       {"secret", schema::name("Secret with username and password of the application (default: "
                               "<cluster>-app)")}},
      {"cluster"}, "What is drilled");
}

json::object objectives() {
  json::object limits = schema::map(
      {{"rto", schema::duration("From the first wrong answer to the first of an unbroken right stretch")},
       {"rpo", schema::duration("How old the oldest acknowledged write may be that is missing afterwards")},
       {"integrity",
        {{"description", "Differences that are allowed; `exact` is none"},
         {"anyOf",
          {{{"const", "exact"}},
           {{"type", "integer"}, {"minimum", 0}},
           {{"type", "string"}, {"pattern", R"(^[0-9]+$|\$\{[^}]*\})"}}}}}}},
      {}, "What the rollback must achieve; what is not measured is never met");
  return {
      {"description",
       "What the rollback must achieve; what is not measured is never met. `none`: nothing is to be proven"},
      {"anyOf", {std::move(limits), {{"const", "none"}}}}};
}

json::object gate() {
  json::object const metric = schema::one_of(gate_metrics(), "A metric of a run");
  json::object limits;
  for (std::string const& name : gate_metrics()) limits[name] = schema::duration("Longest " + name);
  json::object metrics = schema::list(metric, "Metrics that gate (default: rto)");
  metrics["minItems"] = 1;
  metrics["maxItems"] = 3;
  return schema::map(
      {{"metrics", std::move(metrics)},
       {"limits", schema::map(std::move(limits), {}, "Hard limits, whatever history says")},
       {"minimum-change",
        {{"description", "A smaller change is none (default: 15%)"},
         {"type", "string"},
         {"pattern", R"(^[0-9]+(\.[0-9]+)?%$|\$\{[^}]*\})"}}},
       {"floor", schema::duration("Nor is one of less time (default: 2s)")},
       {"window", schema::integer("The newest comparable runs that count, from 5 (default: 20)")},
       {"baseline", schema::map({{"branch", schema::text("Only runs of this branch")},
                                 {"tag", schema::text("Only runs of this release tag")}},
                                {}, "Which history counts (default: all of it)")},
       {"require-history", schema::boolean("Too little history fails the gate (default: false)")}},
      {}, "What `pgdrill gate` holds a run against, beside the objectives");
}

json::object scenario_schema() {
  json::object properties = header("Scenario");
  properties["metadata"] = metadata();
  properties["variables"] = schema::free_map(
      schema::text("default"), "Names with defaults, used as ${name}; --var NAME=VALUE replaces them");
  properties["matrix"] = schema::free_map(schema::list(schema::text("a value"), "Values of the variable"),
                                          "Values for variables; the drill is run with all combinations");
  properties["repeat"] = schema::integer("How often each combination is run, from 1 to 1000");
  properties["seed"] =
      schema::integer("Decides all randomness (default: a new one each run, in the journal)");
  properties["expect"] =
      schema::one_of({"pass", "fail"}, "fail: a negative control, which passes when the drill fails");
  properties["target"] = target();
  properties["objectives"] = objectives();
  properties["gate"] = gate();
  properties["probes"] = schema::list(schema::reference("probe"), "What is measured all the time");
  properties["steady-state"] =
      schema::list(schema::reference("condition"), "Must hold before the first step and after the last");
  properties["abort-when"] =
      schema::list(schema::reference("condition"), "Any of them stops the steps; all is undone");
  properties["steps"] = steps();
  return schema::map(std::move(properties), {"apiVersion", "kind", "metadata", "target", "steps"},
                     "A drill: a change to PostgreSQL, its rollback, and what must be true afterwards");
}

json::object fragment_schema() {
  json::object properties = header("Fragment");
  json::object parameter = schema::text("its default; nothing: it must be given");
  parameter["type"] = json::array{"string", "number", "boolean", "null"};
  properties["parameters"] = schema::free_map(std::move(parameter), "Names with defaults, used as ${name}");
  properties["steps"] = steps();
  return schema::map(std::move(properties), {"apiVersion", "kind", "steps"},
                     "Steps for other files to include");
}

}  // namespace

json::object json_schema(Catalogue const& catalogue) {
  json::object const is_fragment{{"properties", {{"kind", {{"const", "Fragment"}}}}}, {"required", {"kind"}}};
  return {{"$schema", "http://json-schema.org/draft-07/schema#"},
          {"title", "pgdrill scenario"},
          {"if", is_fragment},
          {"then", schema::reference("fragment")},
          {"else", schema::reference("scenario")},
          {"definitions",
           {{"scenario", scenario_schema()},
            {"fragment", fragment_schema()},
            {"item", item(catalogue, false)},
            {"item_beside", item(catalogue, true)},
            {"condition", condition(catalogue)},
            {"probe", probe(catalogue)}}}};
}

}  // namespace pgdrill::scenario
