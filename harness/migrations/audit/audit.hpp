// The audit of a database: its migration histories, held against the files and the catalogue, what an
// interrupted change left behind, and who still runs one. Reads only, in one snapshot.
#pragma once
#include <filesystem>
#include <optional>
#include <string>
#include <vector>

#include "harness/base/json.hpp"
#include "harness/base/task.hpp"
#include "harness/migrations/half_applied/detector.hpp"
#include "harness/migrations/history/backends.hpp"
#include "harness/migrations/history/compare.hpp"
#include "harness/migrations/history/source.hpp"

namespace pgdrill::migrations {

/// A folder of migration files, for one history or, with an empty `history`, for all.
struct MigrationFolder {
  std::string history;  ///< "public.flyway_schema_history", or a tool's name
  std::filesystem::path path;
  /// Its files, when they were read already: from a Git revision, say.
  std::optional<std::vector<SourceFile>> files = {};
};

struct AuditOptions {
  std::vector<MigrationFolder> folders;
  Duration limit = std::chrono::seconds(60);  ///< for each statement, and the whole
};

struct AuditedHistory {
  FoundHistory found;
  bool compared = false;  ///< files were named
  std::size_t files = 0;  ///< the tool's migrations among them
  std::vector<MigrationFile> pending;
};

struct Audit {
  std::string database;  ///< "app@orders-rw:5432/app"
  std::string at;        ///< when the snapshot was taken, UTC
  std::string server;    ///< "15.20"
  std::vector<AuditedHistory> histories;
  std::vector<Finding> findings;  ///< the gravest first
  std::vector<Backend> backends;

  [[nodiscard]] std::size_t count(Severity severity) const;
  [[nodiscard]] std::size_t pending() const;
};

/// Errors: unreachable, postgres, timeout as in_transaction; not_found for a folder that is not there.
[[nodiscard]] Task<Result<Audit>> audit(postgres::ConnectionParameters database, AuditOptions options);

/// For a person; ends in a newline.
[[nodiscard]] std::string audit_text(Audit const& audit);
/// The document that docs/migrations.md describes.
[[nodiscard]] json::object audit_json(Audit const& audit);

}  // namespace pgdrill::migrations
