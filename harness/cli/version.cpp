#include <cstdio>

#include "harness/cli/verb.hpp"

namespace pgdrill::cli {

namespace {

int run(Arguments const&) {
  std::puts("pgdrill " PGDRILL_VERSION);
  return 0;
}

Verb describe_verb() { return {.name = "version", .summary = "print the version", .run = &run}; }

RegisterVerb const registered(&describe_verb);

}  // namespace
}  // namespace pgdrill::cli
