#include "harness/sandbox/kubelet/process_table.hpp"

#include <unistd.h>

#include <charconv>
#include <fstream>
#include <sstream>

namespace pgdrill::sandbox {
namespace {

std::string read_proc(pid_t pid, std::string_view name) {
  std::ifstream file("/proc/" + std::to_string(pid) + "/" + std::string(name), std::ios::binary);
  return read_rest(file);
}

std::set<pid_t> own_line(std::vector<RunningProcess> const& all) {
  std::set<pid_t> line;
  pid_t current = ::getpid();
  while (current > 0 && line.insert(current).second) {
    pid_t parent = 0;
    for (auto const& process : all) {
      if (process.pid == current) parent = process.parent;
    }
    current = parent;
  }
  return line;
}

}  // namespace

// Not by iterators of the buffer: those throw where the stream would only be marked as bad.
std::string read_rest(std::istream& file) {
  std::ostringstream content;
  content << file.rdbuf();
  return content.str();
}

RunningProcess parse_stat(std::string_view line) {
  // "12 (a name) with ) in it) S 1 12 12 ...": the name ends at the last parenthesis.
  std::size_t const name_end = line.rfind(')');
  if (name_end == std::string_view::npos) return {};
  RunningProcess process;
  std::istringstream fields{std::string(line.substr(name_end + 1))};
  char state = 'Z';
  fields >> state >> process.parent >> process.group;
  constexpr int between_group_and_start_time = 16;
  std::string ignored;
  for (int field = 0; field < between_group_and_start_time; ++field) fields >> ignored;
  fields >> process.start_time;
  if (!fields || state == 'Z' || state == 'X') return {};
  std::from_chars(line.data(), line.data() + line.size(), process.pid);
  return process;
}

std::vector<RunningProcess> running_processes() {
  std::vector<RunningProcess> all;
  std::error_code problem;
  std::filesystem::directory_iterator const end;
  for (std::filesystem::directory_iterator entry("/proc", problem); !problem && entry != end;
       entry.increment(problem)) {
    std::string const name = entry->path().filename();
    if (name.find_first_not_of("0123456789") != std::string::npos) continue;
    RunningProcess const process = parse_stat(read_proc(std::stoi(name), "stat"));
    if (process.pid > 0) all.push_back(process);
  }
  return all;
}

bool has_variable(pid_t pid, std::string_view entry) {
  std::string const environment = read_proc(pid, "environ");
  std::string_view rest = environment;
  while (!rest.empty()) {
    std::size_t const end = rest.find('\0');
    if (rest.substr(0, end) == entry) return true;
    if (end == std::string_view::npos) break;
    rest.remove_prefix(end + 1);
  }
  return false;
}

std::string command_name(pid_t pid) {
  std::string name = read_proc(pid, "comm");
  while (!name.empty() && name.back() == '\n') name.pop_back();
  return name;
}

std::filesystem::path working_directory(pid_t pid) {
  std::error_code problem;
  return std::filesystem::read_symlink("/proc/" + std::to_string(pid) + "/cwd", problem);
}

std::set<pid_t> with_descendants(std::vector<RunningProcess> const& all,
                                 std::function<bool(RunningProcess const&)> const& chosen) {
  std::set<pid_t> const spared = own_line(all);
  std::set<pid_t> family;
  for (auto const& process : all) {
    if (!spared.contains(process.pid) && chosen(process)) family.insert(process.pid);
  }
  bool grown = !family.empty();
  while (grown) {
    grown = false;
    for (auto const& process : all) {
      if (family.contains(process.parent) && !spared.contains(process.pid)) {
        grown = family.insert(process.pid).second || grown;
      }
    }
  }
  return family;
}

}  // namespace pgdrill::sandbox
