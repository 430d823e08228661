// What a migration tool has written down in a database, in one form for all tools.
#pragma once
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "harness/migrations/history/finding.hpp"

namespace pgdrill::migrations {

enum class RunState {
  applied,
  failed,      ///< the tool recorded a failure
  unfinished,  ///< begun and not ended: it failed, was killed, or is still running; the table cannot tell
  skipped,     ///< recorded, but its statements were not run
  reverted,    ///< was applied, and has been undone
};

/// "applied", "failed", "unfinished", "skipped", "reverted".
[[nodiscard]] std::string_view name_of(RunState state);

/// One migration as the history has it.
struct Run {
  std::string version;    ///< what a file is matched by: "20240101", "1.2", "shop.0002_total"
  std::string name = {};  ///< as people know it; may equal `version`
  RunState state = RunState::applied;
  std::string at = {};        ///< UTC, "2026-11-24 11:46:00+00"; empty when the tool keeps no time
  std::string checksum = {};  ///< as the tool wrote it; empty when it keeps none
  std::string detail = {};    ///< what the tool wrote about a failure
  bool implied = false;       ///< no row of its own: told by a later version and the files
};

struct History {
  std::string tool;            ///< "flyway"
  std::string table;           ///< "public.flyway_schema_history"
  std::string quoted_table;    ///< for statements
  std::vector<Run> runs = {};  ///< in the order in which they ran, as far as the tool keeps it
  std::vector<Finding> findings = {};
  /// The version whose way back may be the step that did not end, where a tool writes down the version that a
  /// step leads to: what the later files make may then be theirs, and complete. Empty: it was no way back.
  std::string perhaps_back_from = {};

  /// The last run in such a state, or null.
  [[nodiscard]] Run const* last(RunState state) const;
  /// The last run that did not succeed (failed or unfinished), or null.
  [[nodiscard]] Run const* last_failure() const;
  /// Whether a version counts as applied: applied or skipped, and not reverted later.
  [[nodiscard]] bool has(std::string_view version) const;
};

/// A migration among the files.
struct MigrationFile {
  enum class Kind {
    versioned,
    repeatable,  ///< run again whenever its content changes; has no place in the order
  };
  std::string version;
  std::string name = {};
  std::string path = {};  ///< below the folder that was named
  std::string checksum =
      {};  ///< computed as the tool does; empty when it keeps none, or it cannot be computed
  Kind kind = Kind::versioned;
  std::vector<std::string> parents = {};  ///< versions that must come first, for tools with a graph
};

}  // namespace pgdrill::migrations
