// The git program, run so that it can neither ask questions nor run hooks, and so that nothing of the
// environment that we were started from (a hook's GIT_DIR) leads it to another repository.
#pragma once
#include <filesystem>
#include <map>
#include <string>
#include <vector>

#include "harness/base/task.hpp"

namespace pgdrill::flux {

struct GitCommand {
  std::vector<std::string> arguments;          ///< without "git"
  std::filesystem::path directory;             ///< working directory; empty keeps ours
  std::map<std::string, std::string> set_env;  ///< e.g. GIT_COMMITTER_DATE
  Duration deadline = std::chrono::seconds(30);
};

/// Runs git as author pgdrill and returns what it printed on standard output, trimmed. Errors carry git's own
/// words: refused (credentials, permissions, rejected push), unreachable (host, network, no repository
/// there), timeout, io.
[[nodiscard]] Task<Result<std::string>> run_git(GitCommand command);

/// A URL without user and password, for messages.
[[nodiscard]] std::string without_credentials(std::string_view text);

}  // namespace pgdrill::flux
