// pgdrill completion bash|zsh|fish: a script that asks pgdrill itself what may come next, so that it never
// grows stale; and the hidden verb that it asks.
#include <algorithm>
#include <cstdio>

#include "harness/base/text.hpp"
#include "harness/cli/complete.hpp"
#include "harness/cli/output.hpp"
#include "reports/verdict.hpp"

namespace pgdrill::embedded {
std::string_view cli(std::string_view name);
}

namespace pgdrill::cli {

namespace {

std::vector<std::string> const shells{"bash", "zsh", "fish"};

int print_script(Arguments const& arguments) {
  std::string const shell = arguments.text("SHELL");
  if (std::find(shells.begin(), shells.end(), shell) == shells.end()) {
    std::fprintf(stderr, "pgdrill: no completion for '%s'%s\n", shell.c_str(),
                 suggest(shell, shells).c_str());
    return reports::exit_usage;
  }
  print(embedded::cli("completion." + shell));
  return reports::exit_pass;
}

int answer(Arguments const& arguments) {
  for (Candidate const& one : complete(arguments.texts("ARGUMENTS")))
    print(one.word + (one.help.empty() ? "" : "\t" + one.help) + "\n");
  return reports::exit_pass;
}

Verb describe_completion() {
  return {.name = "completion",
          .summary = "print a completion script for bash, zsh or fish",
          .positionals = {{.name = "SHELL",
                           .help = "bash, zsh or fish",
                           .candidates = [](std::vector<std::string> const&) { return shells; }}},
          .run = &print_script};
}

Verb describe_complete() {
  return {.name = "__complete",
          .summary = "what may come next, for completion scripts",
          .run = &answer,
          .hidden = true,
          .raw = true};
}

RegisterVerb const registered(&describe_completion);
RegisterVerb const registered_question(&describe_complete);

}  // namespace
}  // namespace pgdrill::cli
