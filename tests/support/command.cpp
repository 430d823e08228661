#include "tests/support/command.hpp"

#include <fcntl.h>
#include <signal.h>
#include <spawn.h>
#include <sys/wait.h>
#include <unistd.h>

#include <stdexcept>
#include <thread>

#include "harness/base/files.hpp"
#include "harness/base/process.hpp"

extern char** environ;

namespace pgdrill::test {

CommandResult run(std::vector<std::string> command) {
  ProcessOptions options{.command = std::move(command), .deadline = std::chrono::minutes(10)};
  Result<ProcessOutput> output = run_to_end(run_process(std::move(options)));
  if (!output) throw std::runtime_error(describe(output.error()));
  return {output->exit_code, std::move(output->out), std::move(output->err)};
}

Background::Background(std::vector<std::string> command, std::filesystem::path output)
    : output_(std::move(output)) {
  int const file = ::open(output_.c_str(), O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0644);
  posix_spawn_file_actions_t actions;
  posix_spawn_file_actions_init(&actions);
  posix_spawn_file_actions_adddup2(&actions, file, 1);
  posix_spawn_file_actions_adddup2(&actions, file, 2);
  posix_spawnattr_t attributes;
  posix_spawnattr_init(&attributes);
  posix_spawnattr_setflags(&attributes, POSIX_SPAWN_SETPGROUP);
  posix_spawnattr_setpgroup(&attributes, 0);
  std::vector<char*> arguments;
  for (std::string& word : command) arguments.push_back(word.data());
  arguments.push_back(nullptr);
  int const problem = posix_spawnp(&pid_, arguments[0], &actions, &attributes, arguments.data(), environ);
  posix_spawn_file_actions_destroy(&actions);
  posix_spawnattr_destroy(&attributes);
  ::close(file);
  if (problem != 0) throw std::runtime_error("cannot start " + command.front());
}

Background::~Background() {
  if (!running()) return;
  ::kill(-pid_, SIGKILL);
  wait();
}

std::string Background::output() const { return read_file(output_).value_or(""); }

bool Background::running() {
  if (ended_) return false;
  int status = 0;
  if (::waitpid(pid_, &status, WNOHANG) == 0) return true;
  ended_ = true;
  exit_code_ = WIFEXITED(status) ? WEXITSTATUS(status) : 128 + WTERMSIG(status);
  return false;
}

void Background::signal(int number) const { ::kill(pid_, number); }

int Background::wait() {
  if (!ended_) {
    int status = 0;
    while (::waitpid(pid_, &status, 0) < 0 && errno == EINTR) {
    }
    ended_ = true;
    exit_code_ = WIFEXITED(status) ? WEXITSTATUS(status) : 128 + WTERMSIG(status);
  }
  return exit_code_;
}

bool eventually(std::function<bool()> const& condition, std::chrono::seconds limit) {
  auto const end = std::chrono::steady_clock::now() + limit;
  while (!condition()) {
    if (std::chrono::steady_clock::now() > end) return false;
    std::this_thread::sleep_for(std::chrono::milliseconds(20));
  }
  return true;
}

TemporaryDirectory::TemporaryDirectory() : path_(make_temporary_directory("pgdrill-test").value()) {}
TemporaryDirectory::~TemporaryDirectory() {
  std::error_code ignored;
  std::filesystem::remove_all(path_, ignored);
}

}  // namespace pgdrill::test
