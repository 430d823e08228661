// pgdrill schema: the scenario language as a JSON Schema, for editors.
#include "harness/cli/output.hpp"
#include "harness/cli/verb.hpp"
#include "harness/engine/registry.hpp"
#include "harness/scenario/json_schema.hpp"
#include "reports/verdict.hpp"

namespace pgdrill::cli {

namespace {

int run(Arguments const&) {
  print(pretty(scenario::json_schema(engine::catalogue())));
  return reports::exit_pass;
}

Verb describe_verb() {
  return {.name = "schema", .summary = "print the JSON Schema of scenarios, for editors", .run = &run};
}

RegisterVerb const registered(&describe_verb);

}  // namespace
}  // namespace pgdrill::cli
