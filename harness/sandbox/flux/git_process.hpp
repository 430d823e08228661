// Git as a process, deaf to the user's own configuration: the sandbox's repositories are its own.
#pragma once
#include <filesystem>
#include <string>
#include <vector>

#include "harness/base/task.hpp"

namespace pgdrill::sandbox {

/// Runs git in a directory and gives its standard output without the last newline. Error io with git's own
/// words.
[[nodiscard]] Task<Result<std::string>> run_git(std::filesystem::path directory,
                                                std::vector<std::string> arguments);

}  // namespace pgdrill::sandbox
