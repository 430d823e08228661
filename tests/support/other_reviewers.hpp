// The cases of tests/data/reviewers: what other reviewers of migrations report.
#pragma once
#include <filesystem>
#include <string>
#include <vector>

#include "harness/base/files.hpp"
#include "harness/base/text.hpp"

namespace pgdrill::test {

struct ReviewerCase {
  std::string name;                ///< of the other one's check
  std::vector<std::string> ours;   ///< rules of pgdrill; none: it is harmless
  std::vector<std::string> files;  ///< SQL, in the order in which it runs
};

inline std::vector<ReviewerCase> reviewer_cases(std::string const& reviewer) {
  std::filesystem::path const path =
      std::filesystem::path(PGDRILL_SOURCE_DIR) / "tests/data/reviewers" / (reviewer + ".sql");
  std::vector<ReviewerCase> cases;
  for (std::string const& line : split(read_file(path).value_or(""), '\n')) {
    if (line.starts_with("--- file ")) {
      cases.back().files.emplace_back();
    } else if (line.starts_with("--- ")) {
      std::size_t const colon = line.find(": ");
      cases.push_back({line.substr(4, colon - 4), {}, {""}});
      for (std::string const& rule : split(line.substr(colon + 2), ' ')) {
        if (rule != "-") cases.back().ours.push_back(rule);
      }
    } else if (!cases.empty()) {
      cases.back().files.back() += line + "\n";
    }
  }
  return cases;
}

}  // namespace pgdrill::test
