// Runs programs for tests: to their end, or in the background until the test says stop.
#pragma once
#include <sys/types.h>

#include <chrono>
#include <filesystem>
#include <functional>
#include <string>
#include <vector>

namespace pgdrill::test {

struct CommandResult {
  int exit_code = -1;  ///< 128 + signal when a signal ended it
  std::string out;
  std::string err;
};

/// Runs a command to its end; throws when it cannot be started or takes longer than ten minutes.
CommandResult run(std::vector<std::string> command);

/// A program in the background, with its output in a file; killed (with its group) at the end.
class Background {
 public:
  Background(std::vector<std::string> command, std::filesystem::path output);
  ~Background();
  Background(Background const&) = delete;
  Background& operator=(Background const&) = delete;

  [[nodiscard]] pid_t pid() const { return pid_; }
  [[nodiscard]] std::string output() const;
  [[nodiscard]] bool running();
  void signal(int number) const;  ///< to the process alone
  int wait();                     ///< its exit code, as in CommandResult

 private:
  pid_t pid_ = -1;
  std::filesystem::path output_;
  int exit_code_ = -1;
  bool ended_ = false;
};

/// Looks every 20 ms until the condition holds; false after the limit.
bool eventually(std::function<bool()> const& condition,
                std::chrono::seconds limit = std::chrono::seconds(60));

/// A fresh directory, gone with the object.
class TemporaryDirectory {
 public:
  TemporaryDirectory();
  ~TemporaryDirectory();
  TemporaryDirectory(TemporaryDirectory const&) = delete;
  TemporaryDirectory& operator=(TemporaryDirectory const&) = delete;
  [[nodiscard]] std::filesystem::path const& path() const { return path_; }

 private:
  std::filesystem::path path_;
};

}  // namespace pgdrill::test
