// pgdrill sandbox manager ARGUMENTS: what runs in the sandbox's PostgreSQL pods.
#include "harness/cli/verb.hpp"
#include "harness/sandbox/cnpg/manager.hpp"

namespace pgdrill::cli {

namespace {

int run(Arguments const& arguments) { return sandbox::manager_main(arguments.texts("ARGUMENTS")); }

Verb describe_verb() {
  return {.name = "sandbox manager",
          .summary = "the instance manager of the sandbox's pods",
          .run = &run,
          .hidden = true,
          .raw = true};
}

RegisterVerb const registered(&describe_verb);

}  // namespace
}  // namespace pgdrill::cli
