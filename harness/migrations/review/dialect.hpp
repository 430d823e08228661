// How migration tools name files, mark sections and use transactions.
#pragma once
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "harness/migrations/review/sql_file.hpp"

namespace pgdrill::review {

struct Dialect {
  std::string tool;
  std::string version;
  Direction direction = Direction::up;
  TransactionMode mode = TransactionMode::autocommit;
};

/// What the path alone tells.
[[nodiscard]] Dialect dialect_of_path(std::string const& path);

/// What a comment that is an annotation of a tool says.
struct Annotation {
  std::string tool;
  std::optional<Direction> begins;      ///< a section begins
  std::optional<TransactionMode> mode;  ///< for the section, or for the file when none begins
  /// Of the section that it stands in, which began before it.
  std::optional<Direction> goes = {};
};
[[nodiscard]] std::optional<Annotation> annotation_of(std::string_view comment);

/// Order of two paths: directories by name, versions by number (V2 before V10, up before down of one
/// version).
[[nodiscard]] bool runs_before(std::string const& left, std::string const& right);
/// The same order for many paths, each looked at once.
void sort_as_run(std::vector<std::string>& paths);

}  // namespace pgdrill::review
