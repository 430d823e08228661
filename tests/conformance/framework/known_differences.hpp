// The differences that are meant, each with its reason, from tests/conformance/differences.yaml.
#pragma once
#include "tests/conformance/framework/compare.hpp"

namespace pgdrill::conformance {

/// Patterns: `*` stands for any text. Empty: any. An entry of several tracks or values matches each of them.
struct KnownDifference {
  std::vector<std::string> chapters;
  std::vector<std::string> tracks;
  std::vector<std::string> values;
  std::string kind;  ///< "missing", "extra", "order"; empty: any
  std::string reason;
  bool occasional = false;  ///< does not come in every run: no fault when it explains nothing
  int line = 0;
  mutable bool used = false;
};

class KnownDifferences {
 public:
  [[nodiscard]] static Result<KnownDifferences> read(std::filesystem::path const& file);

  /// Those that no entry explains; marks the entries that explained one.
  [[nodiscard]] std::vector<Difference> unexplained(std::vector<Difference> const& differences) const;
  /// "line 12: ..." for each entry of these chapters that has explained nothing.
  [[nodiscard]] std::vector<std::string> unused() const;

 private:
  std::vector<KnownDifference> entries_;
};

[[nodiscard]] bool matches(std::string_view pattern, std::string_view text);

}  // namespace pgdrill::conformance
