#include "harness/sandbox/kubelet/leftovers.hpp"

#include <gtest/gtest.h>
#include <signal.h>
#include <sys/wait.h>
#include <unistd.h>

#include <fstream>

#include "harness/base/files.hpp"
#include "harness/base/process.hpp"
#include "harness/sandbox/kubelet/process_table.hpp"

namespace pgdrill::sandbox {
namespace {

TEST(ProcessTable, ReadsNamesWithParentheses) {
  auto const process =
      parse_stat("77 (a) b (c) S 12 34 34 0 -1 4194560 1 0 0 0 0 0 0 0 20 0 1 0 98765 1 1 1");
  EXPECT_EQ(process.pid, 77);
  EXPECT_EQ(process.parent, 12);
  EXPECT_EQ(process.group, 34);
  EXPECT_EQ(process.start_time, 98765U);
}

TEST(ProcessTable, AProcessMayEndWhileItIsReadOf) {
  pid_t const child = ::fork();
  if (child == 0) {
    ::pause();
    ::_exit(0);
  }
  std::ifstream file("/proc/" + std::to_string(child) + "/stat");
  ASSERT_TRUE(file.is_open());
  ::kill(child, SIGKILL);
  ::waitpid(child, nullptr, 0);
  EXPECT_EQ(read_rest(file), "");
}

TEST(ProcessTable, LeavesZombiesOut) {
  EXPECT_EQ(parse_stat("77 (x) Z 12 34 34 0 -1 4194560 1 0 0 0 0 0 0 0 20 0 1 0 98765 1 1 1").pid, 0);
  EXPECT_EQ(parse_stat("").pid, 0);
}

class Leftovers : public testing::Test {
 protected:
  void SetUp() override { directory_ = make_temporary_directory().value(); }
  void TearDown() override { std::filesystem::remove_all(directory_); }

  bool marked_process_runs() const {
    std::string const mark = "PGDRILL_SANDBOX_DIR=" + directory_.string();
    for (auto const& process : running_processes()) {
      if (has_variable(process.pid, mark)) return true;
    }
    return false;
  }

  std::filesystem::path directory_;
};

Task<> leave_orphan(std::filesystem::path directory) {
  ProcessOptions options;
  // A process in a session of its own whose parent is gone.
  options.command = {"sh", "-c", "setsid sleep 1000 >/dev/null 2>&1 </dev/null &"};
  options.set_env["PGDRILL_SANDBOX_DIR"] = directory.string();
  auto const output = co_await run_process(std::move(options));
  EXPECT_TRUE(output);
}

TEST_F(Leftovers, IncludeOrphansInOtherSessions) {
  run_to_end(leave_orphan(directory_));
  ASSERT_TRUE(marked_process_runs());
  kill_leftovers(directory_);
  EXPECT_FALSE(marked_process_runs());
}

Task<> kill_registered(std::filesystem::path directory, bool same_start, int& exit_code) {
  asio::any_io_executor const executor = co_await asio::this_coro::executor;
  ProcessOptions options;
  options.command = {"sleep", "1000"};
  options.pipes = false;
  auto process = Process::spawn(executor, std::move(options));
  EXPECT_TRUE(process);
  if (same_start) {
    register_process(directory, (*process)->pid());
  } else {
    std::ofstream(directory / "processes") << (*process)->pid() << " 1\n";
  }
  kill_leftovers(directory);
  (*process)->signal(SIGTERM);
  exit_code = co_await (*process)->wait();
}

TEST_F(Leftovers, IncludeRegisteredProcesses) {
  int exit_code = 0;
  run_to_end(kill_registered(directory_, true, exit_code));
  EXPECT_EQ(exit_code, 128 + SIGKILL);
  EXPECT_FALSE(std::filesystem::exists(directory_ / "processes"));
}

TEST_F(Leftovers, NeverIncludeAStrangerWithAnOldNumber) {
  int exit_code = 0;
  run_to_end(kill_registered(directory_, false, exit_code));
  EXPECT_EQ(exit_code, 128 + SIGTERM);
}

TEST_F(Leftovers, OfNothingAreNone) { kill_leftovers(directory_ / "missing"); }

}  // namespace
}  // namespace pgdrill::sandbox
