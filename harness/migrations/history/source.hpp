// Files of a migration folder.
#pragma once
#include <filesystem>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "harness/base/error.hpp"

namespace pgdrill::migrations {

struct SourceFile {
  std::string path;  ///< below the folder, with '/'
  std::string content;

  [[nodiscard]] std::string_view file_name() const;
  /// The folder that the file lies in: "a/b" of "a/b/c.sql"; empty at the top.
  [[nodiscard]] std::string_view folder() const;
};

/// Reads the files below a folder (or one file), in order of their paths: texts of up to 8 MiB; hidden
/// folders and `node_modules` are passed over. Error: not_found.
[[nodiscard]] Result<std::vector<SourceFile>> read_sources(std::filesystem::path const& root);

/// Splits "0012_add_total.up.sql" into what a numbered file name says. Nothing when the name does not begin
/// with a digit, or no separator (one of "_-.") or end follows the digits.
struct NumberedName {
  std::string digits;     ///< as written: "0012"
  std::string title;      ///< "add_total"
  std::string direction;  ///< "up", "down", or empty
  std::string extension;  ///< "sql", "rb"
};
[[nodiscard]] std::optional<NumberedName> parse_numbered_name(std::string_view file_name);

/// Without leading zeros; "0" for zeros only.
[[nodiscard]] std::string without_leading_zeros(std::string_view digits);

}  // namespace pgdrill::migrations
