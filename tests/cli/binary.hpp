// The real binary, for verbs that need no cluster.
#pragma once
#include <string>
#include <vector>

#include "harness/base/json.hpp"
#include "tests/support/command.hpp"

namespace pgdrill::test {

inline std::string const shipped = PGDRILL_SOURCE_DIR "/scenarios/data-rollback.yaml";
inline std::string const test_data = PGDRILL_SOURCE_DIR "/tests/data";

inline CommandResult pgdrill_verb(std::vector<std::string> arguments) {
  arguments.insert(arguments.begin(), PGDRILL_BINARY);
  return run(std::move(arguments));
}

inline json::value json_of(CommandResult const& result) {
  return parse_json(result.out, "standard output").value_or(nullptr);
}

}  // namespace pgdrill::test
