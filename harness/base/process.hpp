// Child processes on the loop: posix_spawn and pidfd, no signals, no threads.
#pragma once
#include <sys/types.h>

#include <map>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "harness/base/byte_stream.hpp"
#include "harness/base/task.hpp"

namespace pgdrill {

struct ProcessOptions {
  std::vector<std::string> command;            ///< program (looked up in PATH) and arguments
  std::map<std::string, std::string> set_env;  ///< added to (or replacing) this process's environment
  bool clear_env = false;                      ///< start from set_env alone
  std::string directory;                       ///< working directory; empty keeps ours
  std::string input;                           ///< standard input for run_process; Process::spawn ignores it
  bool pipes = true;                           ///< false: output goes to `log_file` (both streams, appended)
  std::string log_file;
  bool own_group = true;  ///< a process group of its own, so that kill_group reaches all of it
  Duration deadline = std::chrono::minutes(1);  ///< for run_process: then the group is killed
};

struct ProcessOutput {
  int exit_code = 0;  ///< 128 + signal when a signal ended it
  std::string out;
  std::string err;
};

class Process {
 public:
  /// Starts it. Error kind io with errno's text when the program cannot be started.
  [[nodiscard]] static Result<std::unique_ptr<Process>> spawn(asio::any_io_executor executor,
                                                              ProcessOptions options);
  virtual ~Process() = default;  ///< does not kill; whoever owns it decides

  [[nodiscard]] virtual pid_t pid() const = 0;
  /// Exit code, or 128 + signal. May be awaited by several at once and again after the end.
  [[nodiscard]] virtual Task<int> wait() = 0;
  [[nodiscard]] virtual bool running() const = 0;
  virtual void signal(int number) = 0;        ///< to the process
  virtual void signal_group(int number) = 0;  ///< to its whole group
  virtual ByteStream& in() = 0;   ///< its standard input; close() gives it the end of file. Only with pipes.
  virtual ByteStream& out() = 0;  ///< its standard output. Only with pipes.
  virtual ByteStream& err() = 0;  ///< its standard error. Only with pipes.
};

/// Runs a process to its end and collects what it wrote. A non-zero exit code is no error here. Errors: io
/// when it cannot be started, timeout when the deadline killed it.
[[nodiscard]] Task<Result<ProcessOutput>> run_process(ProcessOptions options);
/// The same, but a non-zero exit code is an error whose `why` is the end of what it wrote on standard error.
[[nodiscard]] Task<Result<ProcessOutput>> run_checked(ProcessOptions options);

}  // namespace pgdrill
