// The running processes, as /proc shows them.
#pragma once
#include <sys/types.h>

#include <filesystem>
#include <functional>
#include <istream>
#include <set>
#include <string>
#include <string_view>
#include <vector>

namespace pgdrill::sandbox {

struct RunningProcess {
  pid_t pid = 0;
  pid_t parent = 0;
  pid_t group = 0;
  unsigned long long start_time =
      0;  ///< in clock ticks since boot; with the pid it names one process for good
};

/// The rest of a file of /proc, which says of itself that it is empty; of a process that has ended since it
/// was opened what was read before.
[[nodiscard]] std::string read_rest(std::istream& file);
/// All processes that run (zombies have ended).
[[nodiscard]] std::vector<RunningProcess> running_processes();
/// One line of /proc/<pid>/stat; pid 0 when it is none, or of a zombie.
[[nodiscard]] RunningProcess parse_stat(std::string_view line);
/// True when the process was started with exactly this "NAME=value" in its environment.
[[nodiscard]] bool has_variable(pid_t pid, std::string_view entry);
[[nodiscard]] std::string command_name(pid_t pid);                 ///< /proc/<pid>/comm
[[nodiscard]] std::filesystem::path working_directory(pid_t pid);  ///< empty when it cannot be seen
/// The chosen processes and all their descendants, but never this process or an ancestor of it.
[[nodiscard]] std::set<pid_t> with_descendants(std::vector<RunningProcess> const& all,
                                               std::function<bool(RunningProcess const&)> const& chosen);

}  // namespace pgdrill::sandbox
