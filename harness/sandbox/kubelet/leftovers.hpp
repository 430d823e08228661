// Nothing outlives the sandbox: which processes belong to it, and how they are ended.
//
// A container's main process dies with the sandbox (PR_SET_PDEATHSIG); what it started does not, and may have
// a process group or session of its own (PostgreSQL's backends do). All of them carry a mark in their
// environment: the container's id and the sandbox's directory.
#pragma once
#include <sys/types.h>

#include <filesystem>
#include <string>
#include <vector>

namespace pgdrill::sandbox {

inline constexpr std::string_view container_mark = "PGDRILL_SANDBOX_CONTAINER";
inline constexpr std::string_view directory_mark = "PGDRILL_SANDBOX_DIR";

/// Notes a process in DIR/processes: its pid and its start time (field 22 of /proc/<pid>/stat), one line
/// each.
void register_process(std::filesystem::path const& directory, pid_t pid);

/// Kills (SIGKILL) whatever of the sandbox in `directory` still runs: registered processes whose start time
/// is the noted one, all that carry the directory's mark, the descendants of both, and PostgreSQL processes
/// at work in a claim of it. Returns when they are gone (at most 5 s); then removes DIR/processes. Blocks.
void kill_leftovers(std::filesystem::path const& directory);

/// The processes of one container that still run.
[[nodiscard]] std::vector<pid_t> processes_of_container(std::string const& container_id);
/// Kills them. System V and POSIX shared memory that a killed PostgreSQL cannot remove any more goes too.
void kill_processes(std::vector<pid_t> const& pids);

}  // namespace pgdrill::sandbox
