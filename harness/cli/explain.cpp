// pgdrill explain [PATH]: what a key of a scenario means, as in kubectl explain: `explain objectives.rto`,
// `explain steps.restore.by`. A name of a step, fault, probe or trigger alone will do: `explain restore.by`.
#include <fmt/format.h>

#include <cstdio>

#include "harness/base/text.hpp"
#include "harness/cli/declaration_text.hpp"
#include "harness/cli/exit_codes.hpp"
#include "harness/cli/output.hpp"
#include "harness/cli/schema_walk.hpp"
#include "harness/engine/registry.hpp"
#include "reports/verdict.hpp"

namespace pgdrill::cli {

namespace {

/// A declaration, what it is of, and a place of the language where it may stand.
struct Declared {
  std::string sort;
  std::string place;
  scenario::Declaration const* declaration;
};

/// Those of a name: a step and a trigger may have the same one.
std::vector<Declared> find_declarations(std::string const& name) {
  scenario::Catalogue const& catalogue = engine::catalogue();
  std::vector<Declared> found;
  auto const look = [&](std::string const& sort, std::string const& place,
                        std::vector<scenario::Declaration> const& all) {
    for (scenario::Declaration const& one : all) {
      if (one.name == name) found.push_back({sort, place, &one});
    }
  };
  look("steps", "steps", catalogue.steps);
  look("faults", "steps", catalogue.faults);
  look("probes", "probes", catalogue.probes);
  look("triggers", "steady-state", catalogue.triggers);
  return found;
}

/// Told one after the other, each under what it is of where there are several.
std::string all_of(std::vector<Declared> const& found,
                   std::function<std::string(Declared const&)> const& text) {
  std::string all;
  for (Declared const& one : found) {
    if (found.size() > 1) all += (all.empty() ? "" : "\n") + one.sort + "\n\n";
    all += text(one);
  }
  return all;
}

std::string key_line(std::string const& key, SchemaKey const& value) {
  std::string const notes = value.type + (value.required ? ", required" : "") +
                            (value.default_text.empty() ? "" : ", default " + value.default_text);
  return fmt::format("  {} ({})\n      {}\n", key, notes, wrapped(value.description, 6));
}

std::string place_text(std::string const& path, SchemaPlace const& place) {
  std::string text = (path.empty() ? "A scenario" : path) + " (" + place.self.type + ")\n\n" +
                     wrapped(place.self.description, 0) + "\n";
  if (!place.self.allowed.empty()) text += "\none of: " + wrapped(join(place.self.allowed, ", "), 8) + "\n";
  if (!place.self.default_text.empty()) text += "\ndefault: " + place.self.default_text + "\n";
  if (!place.keys.empty()) text += "\nkeys:\n";
  for (auto const& [key, value] : place.keys) text += key_line(key, value);
  return text;
}

int not_there(SchemaWalk const& walk) {
  std::vector<std::string> near = walk.candidates;
  if (walk.walked.empty()) {
    near.emplace_back("exit-codes");
    for (auto const* const all : {&engine::catalogue().steps, &engine::catalogue().faults,
                                  &engine::catalogue().probes, &engine::catalogue().triggers}) {
      for (scenario::Declaration const& one : *all) near.push_back(one.name);
    }
  }
  std::fprintf(stderr, "pgdrill: %s has no '%s'%s\n",
               walk.walked.empty() ? "a scenario" : walk.walked.c_str(), walk.missing.c_str(),
               suggest(walk.missing, near).c_str());
  return reports::exit_usage;
}

int explain_path(std::string const& path) {
  SchemaWalk const walk = walk_schema(scenario_schema_document(), path);
  if (!walk.place) return not_there(walk);
  print(place_text(path, *walk.place));
  return reports::exit_pass;
}

/// "mark.name": a parameter by the name of what takes it.
int explain_parameter(std::vector<Declared> found, std::string const& path) {
  std::optional<SchemaWalk> missing;
  std::erase_if(found, [&](Declared const& one) {
    SchemaWalk walk = walk_schema(scenario_schema_document(), one.place + "." + path);
    bool const there = walk.place.has_value();
    if (!there) missing = std::move(walk);
    return !there;
  });
  if (found.empty()) return not_there(*missing);
  print(all_of(found, [&path](Declared const& one) {
    return place_text(path, *walk_schema(scenario_schema_document(), one.place + "." + path).place);
  }));
  return reports::exit_pass;
}

int run(Arguments const& arguments) {
  std::string const path = arguments.text("PATH");
  if (path == "exit-codes") {
    for (ExitCode const& one : exit_codes())
      print(fmt::format("{:>4}  {}\n", one.code, wrapped(one.meaning, 6)));
    return reports::exit_pass;
  }
  std::vector<Declared> const found = find_declarations(path.substr(0, path.find('.')));
  if (found.empty()) return explain_path(path);
  if (path.find('.') != std::string::npos) return explain_parameter(found, path);
  print(all_of(found, [](Declared const& one) { return declaration_text(one.sort, *one.declaration); }));
  return reports::exit_pass;
}

std::vector<std::string> candidates(std::vector<std::string> const&) {
  std::vector<std::string> all{"exit-codes"};
  SchemaWalk const root = walk_schema(scenario_schema_document(), "");
  for (auto const& [key, value] : root.place->keys) all.push_back(key);
  for (auto const* const declarations : {&engine::catalogue().steps, &engine::catalogue().faults,
                                         &engine::catalogue().probes, &engine::catalogue().triggers}) {
    for (scenario::Declaration const& one : *declarations) all.push_back(one.name);
  }
  return all;
}

Verb describe_verb() {
  return {.name = "explain",
          .summary = "explain a key of a scenario, a step, fault, probe or trigger, or the exit codes",
          .positionals = {{.name = "PATH",
                           .help = "objectives.rto, restore, restore.by, exit-codes; none: a whole scenario",
                           .required = false,
                           .candidates = &candidates}},
          .run = &run};
}

RegisterVerb const registered(&describe_verb);

}  // namespace
}  // namespace pgdrill::cli
