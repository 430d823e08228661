// Which statement of a migration runs, by what pg_stat_activity shows of its session.
#pragma once
#include <filesystem>
#include <optional>

#include "harness/base/error.hpp"
#include "harness/scenario/scenario.hpp"
#include "harness/triggers/sql_statements.hpp"

namespace pgdrill::triggers {

/// The statements of a migration from the n-th on.
class MigrationStatements {
 public:
  /// Reads file `file`, relative to the scenario, and keeps what follows statement `number` (from 1), itself
  /// included. Errors: io; usage when it has no such statement.
  [[nodiscard]] static Result<MigrationStatements> read(std::filesystem::path const& directory,
                                                        scenario::Parameters const& parameters,
                                                        scenario::Location const& location);
  MigrationStatements(std::string_view migration, std::size_t number);

  /// The number of the statement that a session runs whose `query` is this; nothing when it is none of them.
  /// pg_stat_activity cuts a text off after track_activity_query_size bytes (PostgreSQL 15, 20.9.1; 1024 when
  /// nobody changed it): what is as long as that need only begin alike.
  [[nodiscard]] std::optional<std::size_t> number_of(std::string_view query) const;

 private:
  std::size_t first_;
  std::vector<std::string> statements_;  ///< normalised
};

/// Parameters `file` and `number`.
[[nodiscard]] std::vector<scenario::ParameterDeclaration> statement_parameters();

}  // namespace pgdrill::triggers
