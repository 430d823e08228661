// A database with one of nearly everything, and changes to it that a probe must see, or must not.
#pragma once
#include <random>
#include <string>
#include <vector>

#include "harness/base/json.hpp"
#include "harness/engine/registry.hpp"
#include "harness/postgres/connection.hpp"

namespace pgdrill::test {

/// SQL that makes it.
[[nodiscard]] std::string mutation_schema();

/// One change that a probe must see.
struct Mutation {
  std::string sql;
  std::string probe;      ///< "digest", "fingerprint" or "structure": the one that must see it
  std::string object;     ///< the place that it must name
  std::string said = "";  ///< part of what it must say
  std::string row = "";   ///< key that it must name; empty for none
  std::string undo = "";  ///< for what a rollback does not take back
};

using Random = std::mt19937_64;
/// A number from 1 to `most`.
[[nodiscard]] int pick(Random& random, int most);

[[nodiscard]] std::vector<Mutation> data_mutations(Random& random);
[[nodiscard]] std::vector<Mutation> schema_mutations();
/// Of what belongs to the whole database or server, and of what came with it.
[[nodiscard]] std::vector<Mutation> server_mutations();
[[nodiscard]] std::vector<Mutation> structure_mutations();
/// Statements that change files, order or statistics, but neither content nor schema.
[[nodiscard]] std::vector<std::string> harmless_rewrites(Random& random, std::size_t count);

}  // namespace pgdrill::test
