// One sandbox per directory: who runs there, and what a killed one left behind.
#pragma once
#include <sys/types.h>

#include <filesystem>
#include <optional>

#include "harness/base/error.hpp"

namespace pgdrill::sandbox {

/// DIR/sandbox.pid holds the process and its start time, so that another process that has taken the number
/// since is not mistaken for it.
[[nodiscard]] Result<> write_instance(std::filesystem::path const& directory);
/// The sandbox that runs in the directory, if any.
[[nodiscard]] std::optional<pid_t> running_instance(std::filesystem::path const& directory);
/// Kills what is left of a sandbox in the directory and removes its files, logs excepted. Blocks up to 5 s.
void remove_leftovers(std::filesystem::path const& directory);

/// "127.77" ... "127.250": a network whose API address nobody listens on; 127.77 when free.
[[nodiscard]] Result<std::string> free_network();

}  // namespace pgdrill::sandbox
