// Half-applied states: what an interrupted phase of a change can leave behind. Each has a detector in a file
// of its own, which registers itself by its last line:
//
//   RegisterDetector const registered(&describe);
//
// A finding carries the statements that finish the state and those that undo it; tests make each state on a
// real server, run both, and see it gone.
#pragma once
#include <string>
#include <string_view>
#include <vector>

#include "harness/migrations/history/find_histories.hpp"

namespace pgdrill::migrations {

/// A column as the migration files leave it.
struct ExpectedColumn {
  std::string schema;  ///< empty: not said
  std::string table;
  std::string name;
  std::string default_expression;  ///< SQL, as the file has it
};

/// What the audit has read already, for detectors that need it.
struct Scene {
  int server_version = 0;  ///< server_version_num
  std::vector<FoundHistory> histories = {};
  /// Columns that must have a default by the migration files; empty when there are no files in SQL.
  std::vector<ExpectedColumn> expected = {};
};

struct Detector {
  std::string name;     ///< "invalid-index"; also the kind of its findings
  std::string summary;  ///< what leaves it behind
  Result<std::vector<Finding>> (*detect)(pqxx::transaction_base& transaction, Scene const& scene) = nullptr;
};

struct RegisterDetector {
  explicit RegisterDetector(Detector (*describe)());
};

/// All detectors, in order of their names.
[[nodiscard]] std::vector<Detector> const& detectors();
[[nodiscard]] Detector const* find_detector(std::string_view name);

/// Reads what detectors need of a database without migration files.
[[nodiscard]] Result<Scene> read_scene(pqxx::transaction_base& transaction);
/// Runs all detectors in the caller's transaction, which should be one snapshot.
[[nodiscard]] Result<std::vector<Finding>> detect_half_applied(pqxx::transaction_base& transaction,
                                                               Scene const& scene);

/// SQL that is true for schemas of users; `alias` is that of pg_namespace.
[[nodiscard]] std::string user_schema(std::string_view alias);
/// `"schema"."name"`.
[[nodiscard]] std::string qualified(std::string_view schema, std::string_view name);

}  // namespace pgdrill::migrations
