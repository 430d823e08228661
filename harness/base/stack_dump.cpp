#include "harness/base/stack_dump.hpp"

#include <execinfo.h>
#include <signal.h>
#include <unistd.h>

#include <array>
#include <cerrno>
#include <string_view>

namespace pgdrill {

namespace {

constexpr int most_calls = 64;

void print(std::string_view line) {
  [[maybe_unused]] auto const written = ::write(STDERR_FILENO, line.data(), line.size());
}

void dump_stack(int /*signal*/) {
  int const interrupted_error = errno;
  print("stack of the thread that got SIGQUIT:\n");
  std::array<void*, most_calls> calls{};
  ::backtrace_symbols_fd(calls.data(), ::backtrace(calls.data(), most_calls), STDERR_FILENO);
  print("end of the stack\n");
  errno = interrupted_error;
}

}  // namespace

void dump_stack_on_quit() {
  // The first use loads a library, which a signal handler must not.
  std::array<void*, 1> calls{};
  (void)::backtrace(calls.data(), 1);
  struct sigaction action{};
  action.sa_handler = &dump_stack;
  action.sa_flags = SA_RESTART;
  (void)::sigaction(SIGQUIT, &action, nullptr);
}

}  // namespace pgdrill
