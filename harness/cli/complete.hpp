// What may come next on a command line, from the declarations of the verbs.
#pragma once
#include <string>
#include <vector>

namespace pgdrill::cli {

struct Candidate {
  std::string word;  ///< "@file" or "@directory" alone: whatever the shell finds
  std::string help = {};
};

/// Candidates for the last of the words (which may be empty), all of which come after "pgdrill".
[[nodiscard]] std::vector<Candidate> complete(std::vector<std::string> const& words);

}  // namespace pgdrill::cli
