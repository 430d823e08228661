// What an exit code means; the README has the same table, and a test compares them.
#pragma once
#include <string>
#include <vector>

namespace pgdrill::cli {

struct ExitCode {
  std::string code;  ///< "0", or "130, 143"
  std::string meaning;
};
[[nodiscard]] std::vector<ExitCode> const& exit_codes();

}  // namespace pgdrill::cli
