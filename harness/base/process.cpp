#include "harness/base/process.hpp"

#include <fcntl.h>
#include <signal.h>
#include <spawn.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#include <boost/asio/posix/stream_descriptor.hpp>
#include <boost/asio/redirect_error.hpp>
#include <cerrno>
#include <system_error>

#include "harness/base/scope.hpp"
#include "harness/base/text.hpp"

extern char** environ;

namespace pgdrill {

namespace {

Error io_error(std::string what, std::string where, int number) {
  return {.kind = ErrorKind::io,
          .what = std::move(what),
          .where = std::move(where),
          .why = std::generic_category().message(number)};
}

/// A pipe's end as a ByteStream.
class PipeStream : public ByteStream {
 public:
  PipeStream(asio::any_io_executor const& executor, int descriptor) : pipe_(executor, descriptor) {}

  Task<Result<std::size_t>> read_some(std::span<char> into) override {
    boost::system::error_code problem;
    std::size_t const count = co_await pipe_.async_read_some(
        asio::buffer(into.data(), into.size()), asio::redirect_error(asio::use_awaitable, problem));
    if (problem == asio::error::eof) co_return 0;
    co_return finish(count, problem);
  }
  Task<Result<std::size_t>> write_some(std::span<char const> from) override {
    boost::system::error_code problem;
    std::size_t const count = co_await pipe_.async_write_some(
        asio::buffer(from.data(), from.size()), asio::redirect_error(asio::use_awaitable, problem));
    co_return finish(count, problem);
  }
  Task<Result<>> shutdown_write() override {
    close();
    co_return Result<>();
  }
  void close() override {
    boost::system::error_code ignored;
    pipe_.close(ignored);
  }

 private:
  static Result<std::size_t> finish(std::size_t count, boost::system::error_code problem) {
    if (!problem) return count;
    ErrorKind const kind = problem == asio::error::operation_aborted ? ErrorKind::cancelled : ErrorKind::io;
    return fail({.kind = kind, .what = "cannot use a pipe to a process", .why = problem.message()});
  }
  asio::posix::stream_descriptor pipe_;
};

/// The ends of a pipe; the child's is closed in this process once it has been given away.
struct Pipe {
  int ours = -1;
  int theirs = -1;
  static Result<Pipe> open(bool child_reads) {
    int ends[2];
    if (::pipe2(ends, O_CLOEXEC) != 0) return tl::make_unexpected(io_error("cannot open a pipe", "", errno));
    int const ours = child_reads ? 1 : 0;
    return Pipe{ends[ours], ends[1 - ours]};
  }
};

void close_all(std::vector<int> const& descriptors) {
  for (int const descriptor : descriptors) ::close(descriptor);
}

std::vector<std::string> environment_of(ProcessOptions const& options) {
  std::map<std::string, std::string> merged;
  if (!options.clear_env) {
    for (char** entry = environ; *entry != nullptr; ++entry) {
      std::string_view const text(*entry);
      std::size_t const equals = text.find('=');
      if (equals != std::string_view::npos)
        merged[std::string(text.substr(0, equals))] = text.substr(equals + 1);
    }
  }
  for (auto const& [name, value] : options.set_env) merged[name] = value;
  std::vector<std::string> entries;
  for (auto const& [name, value] : merged) entries.push_back(name + "=" + value);
  return entries;
}

std::vector<char*> pointers_to(std::vector<std::string>& texts) {
  std::vector<char*> pointers;
  for (std::string& text : texts) pointers.push_back(text.data());
  pointers.push_back(nullptr);
  return pointers;
}

/// posix_spawn's attributes and file actions, released in every case.
class SpawnRequest {
 public:
  SpawnRequest() {
    posix_spawn_file_actions_init(&actions_);
    posix_spawnattr_init(&attributes_);
  }
  ~SpawnRequest() {
    posix_spawn_file_actions_destroy(&actions_);
    posix_spawnattr_destroy(&attributes_);
  }
  SpawnRequest(SpawnRequest const&) = delete;
  SpawnRequest& operator=(SpawnRequest const&) = delete;

  void give(int descriptor, int as) { posix_spawn_file_actions_adddup2(&actions_, descriptor, as); }

  int spawn(pid_t& pid, ProcessOptions& options) {
    if (!options.directory.empty())
      posix_spawn_file_actions_addchdir_np(&actions_, options.directory.c_str());
    posix_spawn_file_actions_addclosefrom_np(&actions_, 3);
    sigset_t none;
    sigset_t all;
    sigemptyset(&none);
    sigfillset(&all);
    posix_spawnattr_setsigmask(&attributes_, &none);
    posix_spawnattr_setsigdefault(&attributes_, &all);
    int flags = POSIX_SPAWN_SETSIGMASK | POSIX_SPAWN_SETSIGDEF;
    if (options.own_group) flags |= POSIX_SPAWN_SETPGROUP;
    posix_spawnattr_setpgroup(&attributes_, 0);
    posix_spawnattr_setflags(&attributes_, static_cast<short>(flags));
    std::vector<std::string> environment = environment_of(options);
    std::vector<char*> const argument_pointers = pointers_to(options.command);
    std::vector<char*> const environment_pointers = pointers_to(environment);
    return posix_spawnp(&pid, argument_pointers[0], &actions_, &attributes_, argument_pointers.data(),
                        environment_pointers.data());
  }

 private:
  posix_spawn_file_actions_t actions_{};
  posix_spawnattr_t attributes_{};
};

class SpawnedProcess : public Process {
 public:
  SpawnedProcess(asio::any_io_executor const& executor, pid_t pid, int pid_descriptor)
      : state_(std::make_shared<State>(executor, pid, pid_descriptor)) {
    watch(state_);
  }

  void attach(std::unique_ptr<ByteStream> in, std::unique_ptr<ByteStream> out,
              std::unique_ptr<ByteStream> err) {
    in_ = std::move(in);
    out_ = std::move(out);
    err_ = std::move(err);
  }

  pid_t pid() const override { return state_->pid; }
  bool running() const override { return !state_->ended; }

  Task<int> wait() override { return wait_for_end(state_); }

  void signal(int number) override {
    if (!state_->ended) ::kill(state_->pid, number);
  }
  void signal_group(int number) override {
    if (!state_->ended) ::kill(-state_->pid, number);
  }
  ByteStream& in() override { return *in_; }
  ByteStream& out() override { return *out_; }
  ByteStream& err() override { return *err_; }

 private:
  struct State {
    State(asio::any_io_executor const& executor, pid_t process, int descriptor)
        : pid(process), handle(executor, descriptor), end_signal(executor, Monotonic::max()) {}
    pid_t pid;
    asio::posix::stream_descriptor handle;
    asio::steady_timer end_signal;
    bool ended = false;
    int exit_code = 0;
  };

  /// The end is noticed whether or not somebody waits, so that no zombie stays. What wakes us need not be the
  /// end: news of a descriptor that was closed may reach the one that asio puts in its place.
  static void watch(std::shared_ptr<State> const& state) {
    state->handle.async_wait(asio::posix::descriptor_base::wait_read, [state](boost::system::error_code) {
      int status = 0;
      if (::waitpid(state->pid, &status, WNOHANG) == 0) {
        watch(state);
        return;
      }
      state->exit_code = WIFEXITED(status) ? WEXITSTATUS(status) : 128 + WTERMSIG(status);
      state->ended = true;
      state->end_signal.cancel();
      boost::system::error_code ignored;
      state->handle.close(ignored);
    });
  }

  static Task<int> wait_for_end(std::shared_ptr<State> state) {
    while (!state->ended) {
      boost::system::error_code woken;
      co_await state->end_signal.async_wait(asio::redirect_error(asio::use_awaitable, woken));
      // Woken by the end or by cancellation of the waiter: the latter throws at the next wait.
      asio::cancellation_state const cancellation = co_await asio::this_coro::cancellation_state;
      if (!state->ended && cancellation.cancelled() != asio::cancellation_type::none) {
        throw boost::system::system_error(asio::error::operation_aborted);
      }
    }
    co_return state->exit_code;
  }

  std::shared_ptr<State> state_;
  std::unique_ptr<ByteStream> in_;
  std::unique_ptr<ByteStream> out_;
  std::unique_ptr<ByteStream> err_;
};

Result<std::unique_ptr<SpawnedProcess>> start(asio::any_io_executor const& executor, SpawnRequest& request,
                                              ProcessOptions& options) {
  std::string const program = options.command.empty() ? "" : options.command.front();
  if (program.empty()) return tl::make_unexpected(io_error("cannot start a process", "", EINVAL));
  pid_t pid = 0;
  int const problem = request.spawn(pid, options);
  if (problem != 0)
    return tl::make_unexpected(io_error("cannot start '" + program + "'", options.directory, problem));
  int const handle = static_cast<int>(::syscall(SYS_pidfd_open, pid, 0));
  if (handle < 0) {
    int const number = errno;
    ::kill(pid, SIGKILL);
    ::waitpid(pid, nullptr, 0);
    return tl::make_unexpected(io_error("cannot watch '" + program + "'", "", number));
  }
  return std::make_unique<SpawnedProcess>(executor, pid, handle);
}

Result<std::unique_ptr<Process>> spawn_with_pipes(asio::any_io_executor const& executor,
                                                  ProcessOptions& options) {
  std::vector<int> ours;
  std::vector<int> theirs;
  SpawnRequest request;
  for (int target = 0; target < 3; ++target) {
    Result<Pipe> const pipe = Pipe::open(target == 0);
    if (!pipe) {
      close_all(ours);
      close_all(theirs);
      return tl::make_unexpected(pipe.error());
    }
    ours.push_back(pipe->ours);
    theirs.push_back(pipe->theirs);
    request.give(pipe->theirs, target);
  }
  auto process = start(executor, request, options);
  close_all(theirs);
  if (!process) {
    close_all(ours);
    return tl::make_unexpected(process.error());
  }
  (*process)->attach(std::make_unique<PipeStream>(executor, ours[0]),
                     std::make_unique<PipeStream>(executor, ours[1]),
                     std::make_unique<PipeStream>(executor, ours[2]));
  return std::move(*process);
}

Result<std::unique_ptr<Process>> spawn_with_log(asio::any_io_executor const& executor,
                                                ProcessOptions& options) {
  std::string const file = options.log_file.empty() ? "/dev/null" : options.log_file;
  int const nothing = ::open("/dev/null", O_RDONLY | O_CLOEXEC);
  int const log = ::open(file.c_str(), O_WRONLY | O_CREAT | O_APPEND | O_CLOEXEC, 0644);
  if (log < 0) {
    int const number = errno;
    ::close(nothing);
    return tl::make_unexpected(io_error("cannot open log file", file, number));
  }
  SpawnRequest request;
  request.give(nothing, 0);
  request.give(log, 1);
  request.give(log, 2);
  auto process = start(executor, request, options);
  close_all({nothing, log});
  if (!process) return tl::make_unexpected(process.error());
  return std::move(*process);
}

Task<> collect(ByteStream& stream, std::string& into) {
  Result<std::string> text = co_await read_all(stream, std::size_t{256} << 20U);
  if (text) into = std::move(*text);
}

Task<> feed(ByteStream& stream, std::string const& input) {
  Result<> const written = co_await write_all(stream, input);
  static_cast<void>(written);  // a process may end without reading its input: its exit code tells
  stream.close();
}

Task<> converse(Scope& scope, Process& process, std::string const& input, ProcessOutput& output) {
  scope.spawn("stdin", feed(process.in(), input));
  scope.spawn("stdout", collect(process.out(), output.out));
  scope.spawn("stderr", collect(process.err(), output.err));
  output.exit_code = co_await process.wait();
}

Task<Result<>> converse_to_end(Process& process, std::string const& input, ProcessOutput& output) {
  std::function<Task<>(Scope&)> body = [&](Scope& scope) { return converse(scope, process, input, output); };
  co_await with_scope(std::move(body));
  co_return Result<>();
}

}  // namespace

Result<std::unique_ptr<Process>> Process::spawn(asio::any_io_executor executor, ProcessOptions options) {
  return options.pipes ? spawn_with_pipes(executor, options) : spawn_with_log(executor, options);
}

Task<Result<ProcessOutput>> run_process(ProcessOptions options) {
  asio::any_io_executor const executor = co_await asio::this_coro::executor;
  std::string const program = options.command.empty() ? "" : options.command.front();
  std::string const input = std::move(options.input);
  Duration const deadline = options.deadline;
  options.pipes = true;
  Result<std::unique_ptr<Process>> process = Process::spawn(executor, std::move(options));
  if (!process) co_return tl::make_unexpected(process.error());
  ProcessOutput output;
  std::exception_ptr problem;
  Result<> ended;
  try {
    ended = co_await with_deadline(converse_to_end(**process, input, output), deadline,
                                   "'" + program + "' did not end");
  } catch (...) {
    problem = std::current_exception();
  }
  if (problem || !ended) (*process)->signal_group(SIGKILL);
  if (problem) std::rethrow_exception(problem);
  if (!ended) co_return tl::make_unexpected(ended.error());
  co_return output;
}

Task<Result<ProcessOutput>> run_checked(ProcessOptions options) {
  std::string const command = join(options.command, " ");
  Result<ProcessOutput> output = co_await run_process(std::move(options));
  if (!output || output->exit_code == 0) co_return output;
  constexpr std::size_t last_part = 2000;
  std::string_view const complaint = trim(output->err.empty() ? output->out : output->err);
  std::string why(complaint.substr(complaint.size() - std::min(complaint.size(), last_part)));
  if (why.empty()) why = "exit code " + std::to_string(output->exit_code);
  co_return fail(
      {.kind = ErrorKind::io, .what = "'" + command.substr(0, 200) + "' failed", .why = std::move(why)});
}

}  // namespace pgdrill
