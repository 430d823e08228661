// pgdrill sandbox down: ends a sandbox, or cleans up after a killed one.
#include <cstdio>

#include "harness/cli/verb.hpp"
#include "harness/sandbox/sandbox.hpp"

namespace pgdrill::cli {

namespace {

constexpr int exit_unreachable = 3;

int run(Arguments const& arguments) {
  auto const outcome = run_to_end(sandbox::stop(arguments.text("dir")));
  if (outcome) return 0;
  std::fprintf(stderr, "%s\n", describe(outcome.error()).c_str());
  return exit_unreachable;
}

Verb describe_verb() {
  return {
      .name = "sandbox down",
      .summary = "stop the sandbox of a directory; leaves no process and, but for logs, no file",
      .options = {{.name = "--dir", .help = "directory of the sandbox", .default_value = ".pgdrill-sandbox"}},
      .run = &run};
}

RegisterVerb const registered(&describe_verb);

}  // namespace
}  // namespace pgdrill::cli
