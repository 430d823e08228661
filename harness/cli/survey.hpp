// What a namespace has that a drill can use; asked of the API, the database and the Git repository, all
// reading only.
#pragma once
#include <optional>
#include <string>

#include "harness/cli/connect.hpp"

namespace pgdrill::cli {

/// Where Flux takes migrations from.
struct MigrationSource {
  std::string repository;     ///< GitRepository
  std::string kustomization;  ///< Kustomization
  std::int64_t next_version = 1;
  std::size_t digits = 6;  ///< of a version in a file's name
};

/// A column whose damage breaks no constraint, so that the migration itself succeeds.
struct DamageTarget {
  std::string table;    ///< quoted, with its schema
  std::string column;   ///< quoted
  std::string key;      ///< quoted: a primary key of one whole number
  std::string damaged;  ///< SQL: another value of the column's type
};

struct Survey {
  std::string ns;
  bool opted_in = false;
  std::string cluster;
  std::string database = "app";
  std::string service;
  std::string secret;
  std::optional<MigrationSource> migrations = {};
  std::optional<DamageTarget> damage = {};
  std::vector<std::string> notes = {};  ///< what was not found, and why
};

/// `cluster` empty: the namespace's only one. Errors: not_found without a Cluster, usage with several.
[[nodiscard]] Task<Result<Survey>> survey(Connection connection, std::string cluster);

/// Where migrations stand in a kustomization.yaml, and the version after the newest; nothing without a line
/// "- migrations/<version>_<name>.up.sql" (golang-migrate's file names).
[[nodiscard]] std::optional<MigrationSource> migrations_in(std::string_view kustomization);

}  // namespace pgdrill::cli
