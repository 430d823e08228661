// pgdrill sandbox up: an embedded Kubernetes with real PostgreSQL, until it is stopped.
#include <cstdio>

#include "harness/base/stack_dump.hpp"
#include "harness/cli/verb.hpp"
#include "harness/sandbox/sandbox.hpp"

namespace pgdrill::cli {

namespace {

constexpr int exit_unreachable = 3;

int run(Arguments const& arguments) {
  dump_stack_on_quit();
  auto const outcome =
      run_to_end(sandbox::serve({.directory = arguments.text("dir"), .empty = arguments.flag("empty")}));
  if (outcome) return 0;
  std::fprintf(stderr, "%s\n", describe(outcome.error()).c_str());
  return exit_unreachable;
}

Verb describe_verb() {
  return {
      .name = "sandbox up",
      .summary =
          "start an embedded Kubernetes with real PostgreSQL; prints the path of its kubeconfig and stays",
      .options = {{.name = "--dir",
                   .help = "directory for all its files",
                   .default_value = ".pgdrill-sandbox"},
                  {.name = "--empty", .help = "without the demo namespace `develop`", .flag = true}},
      .run = &run};
}

RegisterVerb const registered(&describe_verb);

}  // namespace
}  // namespace pgdrill::cli
