#include "harness/sandbox/kubelet/leftovers.hpp"

#include <signal.h>
#include <sys/shm.h>
#include <unistd.h>

#include <chrono>
#include <fstream>
#include <map>
#include <set>
#include <sstream>
#include <thread>

#include "harness/sandbox/kubelet/process_table.hpp"

namespace pgdrill::sandbox {
namespace {

constexpr auto kill_limit = std::chrono::seconds(5);
constexpr auto kill_pause = std::chrono::milliseconds(5);

std::filesystem::path registry_of(std::filesystem::path const& directory) { return directory / "processes"; }

std::map<pid_t, unsigned long long> registered(std::filesystem::path const& directory) {
  std::map<pid_t, unsigned long long> noted;
  std::ifstream file(registry_of(directory));
  pid_t pid = 0;
  unsigned long long start_time = 0;
  while (file >> pid >> start_time) noted[pid] = start_time;
  return noted;
}

bool is_below(std::filesystem::path const& path, std::filesystem::path const& directory) {
  return path.string().starts_with(directory.string() + "/");
}

// A backend whose postmaster is gone has no mark any more: PostgreSQL writes its title over its environment.
bool is_orphaned_backend(pid_t pid, std::filesystem::path const& claims) {
  return command_name(pid) == "postgres" && is_below(working_directory(pid), claims);
}

std::set<pid_t> leftovers_of(std::filesystem::path const& directory) {
  auto const noted = registered(directory);
  std::string const mark = std::string(directory_mark) + "=" + directory.string();
  std::filesystem::path const claims = directory / "claims";
  std::vector<RunningProcess> const all = running_processes();
  return with_descendants(all, [&](RunningProcess const& process) {
    auto const entry = noted.find(process.pid);
    bool const same = entry != noted.end() && entry->second == process.start_time;
    return same || has_variable(process.pid, mark) || is_orphaned_backend(process.pid, claims);
  });
}

struct SharedMemory {
  std::set<std::string> files;
  std::set<int> segments;
};

/// Adds what a PostgreSQL process has mapped: "... /dev/shm/PostgreSQL.123", "... /SYSV0052e2c1" (inode =
/// id).
void add_shared_memory(pid_t pid, SharedMemory& memory) {
  if (command_name(pid) != "postgres") return;
  std::ifstream maps("/proc/" + std::to_string(pid) + "/maps");
  for (std::string line; std::getline(maps, line);) {
    std::istringstream fields(line);
    std::string range;
    std::string rights;
    std::string offset;
    std::string device;
    std::string path;
    long inode = 0;
    fields >> range >> rights >> offset >> device >> inode >> path;
    if (path.starts_with("/dev/shm/PostgreSQL.")) memory.files.insert(path);
    if (path.starts_with("/SYSV")) memory.segments.insert(static_cast<int>(inode));
  }
}

}  // namespace

void register_process(std::filesystem::path const& directory, pid_t pid) {
  std::ifstream stat("/proc/" + std::to_string(pid) + "/stat");
  std::string line;
  std::getline(stat, line);
  RunningProcess const process = parse_stat(line);
  if (process.pid == 0) return;  // ended already
  std::ofstream(registry_of(directory), std::ios::app) << process.pid << ' ' << process.start_time << '\n';
}

void kill_processes(std::vector<pid_t> const& pids) {
  SharedMemory memory;
  for (pid_t const pid : pids) add_shared_memory(pid, memory);
  for (pid_t const pid : pids) ::kill(pid, SIGKILL);
  for (std::string const& file : memory.files) ::unlink(file.c_str());
  // Marked only: the system removes a segment when its last process has left.
  for (int const segment : memory.segments) ::shmctl(segment, IPC_RMID, nullptr);
}

std::vector<pid_t> processes_of_container(std::string const& container_id) {
  std::string const mark = std::string(container_mark) + "=" + container_id;
  std::set<pid_t> const found = with_descendants(
      running_processes(), [&](RunningProcess const& process) { return has_variable(process.pid, mark); });
  return {found.begin(), found.end()};
}

void kill_leftovers(std::filesystem::path const& directory) {
  std::error_code problem;
  std::filesystem::path const whole = std::filesystem::weakly_canonical(directory, problem);
  auto const limit = std::chrono::steady_clock::now() + kill_limit;
  while (std::chrono::steady_clock::now() < limit) {
    std::set<pid_t> const left = leftovers_of(whole);
    if (left.empty()) break;
    kill_processes({left.begin(), left.end()});
    std::this_thread::sleep_for(kill_pause);
  }
  std::filesystem::remove(registry_of(whole), problem);
}

}  // namespace pgdrill::sandbox
