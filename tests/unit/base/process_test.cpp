#include "harness/base/process.hpp"

#include <gmock/gmock.h>
#include <signal.h>
#include <unistd.h>

#include <boost/asio/posix/stream_descriptor.hpp>
#include <boost/asio/post.hpp>
#include <boost/asio/redirect_error.hpp>
#include <cerrno>

#include "harness/base/files.hpp"

namespace pgdrill {
namespace {

using namespace std::chrono_literals;
using testing::HasSubstr;

ProcessOptions shell(std::string script) { return {.command = {"sh", "-c", std::move(script)}}; }

TEST(ProcessTest, CollectsBothStreamsAndTheExitCode) {
  Result<ProcessOutput> const output = run_to_end(run_process(shell("echo out; echo err >&2; exit 3")));
  ASSERT_TRUE(output.has_value());
  EXPECT_EQ(output->out, "out\n");
  EXPECT_EQ(output->err, "err\n");
  EXPECT_EQ(output->exit_code, 3);
}

TEST(ProcessTest, FeedsInputOfAnySize) {
  ProcessOptions options{.command = {"wc", "-c"}};
  options.input = std::string(3'000'000, 'x');
  Result<ProcessOutput> const output = run_to_end(run_process(std::move(options)));
  ASSERT_TRUE(output.has_value());
  EXPECT_EQ(output->out, "3000000\n");
}

TEST(ProcessTest, AProcessThatIgnoresItsInputIsNoFailure) {
  ProcessOptions options{.command = {"true"}};
  options.input = std::string(3'000'000, 'x');
  Result<ProcessOutput> const output = run_to_end(run_process(std::move(options)));
  ASSERT_TRUE(output.has_value());
  EXPECT_EQ(output->exit_code, 0);
}

TEST(ProcessTest, SetsEnvironmentAndDirectory) {
  ProcessOptions options = shell("printf %s:%s \"$GREETING\" \"$PWD\"");
  options.set_env["GREETING"] = "hello";
  options.directory = "/";
  Result<ProcessOutput> const output = run_to_end(run_process(std::move(options)));
  ASSERT_TRUE(output.has_value());
  EXPECT_EQ(output->out, "hello:/");
}

TEST(ProcessTest, AMissingProgramIsAnErrorThatNamesIt) {
  Result<ProcessOutput> const output = run_to_end(run_process({.command = {"no-such-program"}}));
  ASSERT_FALSE(output.has_value());
  EXPECT_EQ(output.error().kind, ErrorKind::io);
  EXPECT_THAT(describe(output.error()), HasSubstr("'no-such-program': No such file"));
}

TEST(ProcessTest, TheDeadlineKillsTheWholeGroup) {
  auto const directory = make_temporary_directory();
  ASSERT_TRUE(directory.has_value());
  ProcessOptions options = shell("sleep 1000 & echo $! > child; wait");
  options.directory = directory->string();
  options.deadline = 300ms;
  Result<ProcessOutput> const output = run_to_end(run_process(std::move(options)));
  ASSERT_FALSE(output.has_value());
  EXPECT_EQ(output.error().kind, ErrorKind::timeout);
  auto const child = read_file(*directory / "child");
  ASSERT_TRUE(child.has_value());
  // The signal reaches the child a moment later than us; as an orphan it is a zombie until somebody reaps it.
  std::string const stat = "/proc/" + std::to_string(std::stoi(*child)) + "/stat";
  auto const alive = [&] {
    auto const state = read_file(stat);
    return state.has_value() && state->find(") Z ") == std::string::npos;
  };
  Monotonic const limit = std::chrono::steady_clock::now() + 10s;
  while (alive() && std::chrono::steady_clock::now() < limit) run_to_end(sleep_for(5ms));
  EXPECT_FALSE(alive());
  std::filesystem::remove_all(*directory);
}

Task<int> kill_and_wait_twice() {
  ProcessOptions options{.command = {"sleep", "1000"}};
  options.pipes = false;
  auto process = Process::spawn(co_await asio::this_coro::executor, std::move(options));
  (*process)->signal(SIGTERM);
  int const first = co_await (*process)->wait();
  int const second = co_await (*process)->wait();
  co_return first == second && !(*process)->running() ? first : -1;
}

TEST(ProcessTest, ASignalShowsInTheExitCode) { EXPECT_EQ(run_to_end(kill_and_wait_twice()), 128 + SIGTERM); }

/// A descriptor of which there is news.
asio::posix::stream_descriptor readable(asio::any_io_executor const& executor) {
  int ends[2];
  EXPECT_EQ(::pipe(ends), 0);
  EXPECT_EQ(::write(ends[1], "x", 1), 1);
  ::close(ends[1]);
  return asio::posix::stream_descriptor(executor, ends[0]);
}

/// Asio's reactor collects news of both descriptors at once. The first handler closes the other one and
/// starts a process, whose descriptor gets the place of the closed one, and with it the news that still wait
/// to be told.
Task<> spawn_in_the_place_of_a_descriptor(bool& alive) {
  asio::any_io_executor const executor = co_await asio::this_coro::executor;
  std::vector<asio::posix::stream_descriptor> both;
  both.push_back(readable(executor));
  both.push_back(readable(executor));
  asio::steady_timer spawned(executor, Monotonic::max());
  std::unique_ptr<Process> process;
  for (std::size_t i = 0; i < both.size(); ++i) {
    both[i].async_wait(asio::posix::descriptor_base::wait_read, [&, i](boost::system::error_code problem) {
      if (problem || process) return;
      both[1 - i].close();
      process = Process::spawn(executor, {.command = {"sleep", "10"}, .pipes = false}).value();
      spawned.cancel();
    });
  }
  boost::system::error_code woken;
  co_await spawned.async_wait(asio::redirect_error(asio::use_awaitable, woken));
  // What is posted now comes after the news, and the second time after what they led to.
  co_await asio::post(executor, asio::use_awaitable);
  co_await asio::post(executor, asio::use_awaitable);
  alive = process->running();
  process->signal(SIGKILL);
  EXPECT_EQ(co_await process->wait(), 128 + SIGKILL);
}

TEST(ProcessTest, NewsOfAClosedDescriptorAreNotTakenForAnEnd) {
  bool alive = false;
  run_to_end(spawn_in_the_place_of_a_descriptor(alive));
  EXPECT_TRUE(alive) << "the loop stood still until the process had ended";
}

TEST(ProcessTest, LogFilesTakeBothStreams) {
  auto const directory = make_temporary_directory();
  ASSERT_TRUE(directory.has_value());
  std::function<Task<int>()> run = [&]() -> Task<int> {
    ProcessOptions options = shell("echo out; echo err >&2");
    options.pipes = false;
    options.log_file = (*directory / "log").string();
    auto process = Process::spawn(co_await asio::this_coro::executor, std::move(options));
    co_return co_await (*process)->wait();
  };
  EXPECT_EQ(run_to_end(run()), 0);
  EXPECT_EQ(read_file(*directory / "log").value_or(""), "out\nerr\n");
  std::filesystem::remove_all(*directory);
}

TEST(RunChecked, SaysWhatTheProgramComplainedAbout) {
  Result<ProcessOutput> const output = run_to_end(run_checked(shell("echo 'disk is on fire' >&2; exit 1")));
  ASSERT_FALSE(output.has_value());
  EXPECT_EQ(output.error().why, "disk is on fire");
}

}  // namespace
}  // namespace pgdrill
