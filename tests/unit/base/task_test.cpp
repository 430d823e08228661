#include "harness/base/task.hpp"

#include <gmock/gmock.h>

#include <stdexcept>
#include <thread>

#include "harness/base/scope.hpp"

namespace pgdrill {
namespace {

using namespace std::chrono_literals;
using testing::HasSubstr;

Task<> wait_and_count(Duration duration, int& count) {
  co_await sleep_for(duration);
  ++count;
}

Task<> note_cancellation(bool& cancelled) {
  try {
    co_await sleep_for(1h);
  } catch (boost::system::system_error const&) {
    cancelled = true;
    throw;
  }
}

Task<> fail_with(std::string text) {
  co_await sleep_for(1ms);
  throw std::runtime_error(text);
}

Task<Result<int>> answer_after(Duration duration, int value) {
  co_await sleep_for(duration);
  co_return value;
}

TEST(Deadline, GivesTheAnswerThatComesInTime) {
  Result<int> const result = run_to_end(with_deadline(answer_after(1ms, 42), 1h, "question"));
  ASSERT_TRUE(result.has_value());
  EXPECT_EQ(*result, 42);
}

TEST(Deadline, CancelsWhatTakesTooLongAndSaysWhat) {
  Result<int> const result = run_to_end(with_deadline(answer_after(1h, 42), 5ms, "the question"));
  ASSERT_FALSE(result.has_value());
  EXPECT_EQ(result.error().kind, ErrorKind::timeout);
  EXPECT_EQ(result.error().what, "the question");
  EXPECT_THAT(result.error().why, HasSubstr("5ms"));
}

Task<Result<int>> nested() { co_return co_await with_deadline(answer_after(1h, 1), 1h, "inner"); }

TEST(Deadline, ReachesAnInnerDeadline) {
  Result<int> const result = run_to_end(with_deadline(nested(), 5ms, "outer"));
  ASSERT_FALSE(result.has_value());
  EXPECT_EQ(result.error().what, "outer");
}

Task<Result<int>> throwing() {
  co_await sleep_for(1ms);
  throw std::runtime_error("broken");
}

TEST(Deadline, PassesExceptionsOn) {
  EXPECT_THROW(static_cast<void>(run_to_end(with_deadline(throwing(), 1h, "x"))), std::runtime_error);
}

Task<> two_children(int& count) {
  Scope scope(co_await asio::this_coro::executor);
  scope.spawn("one", wait_and_count(1ms, count));
  scope.spawn("two", wait_and_count(2ms, count));
  co_await scope.join();
}

TEST(ScopeTest, JoinWaitsForAllChildren) {
  int count = 0;
  run_to_end(two_children(count));
  EXPECT_EQ(count, 2);
}

Task<> failing_sibling(bool& cancelled) {
  Scope scope(co_await asio::this_coro::executor);
  scope.spawn("long", note_cancellation(cancelled));
  scope.spawn("failing", fail_with("one child failed"));
  co_await scope.join();
}

TEST(ScopeTest, AFailureCancelsTheSiblingsAndIsThrownOn) {
  bool cancelled = false;
  EXPECT_THROW(run_to_end(failing_sibling(cancelled)), std::runtime_error);
  EXPECT_TRUE(cancelled);
}

Task<> spawn_long(Scope& scope, bool& cancelled) {
  scope.spawn("long", note_cancellation(cancelled));
  co_await sleep_for(1h);
}

Task<Result<>> long_scope(bool& cancelled) {
  std::function<Task<>(Scope&)> body = [&](Scope& scope) { return spawn_long(scope, cancelled); };
  co_await with_scope(std::move(body));
  co_return Result<>();
}

TEST(ScopeTest, ACancelledScopeTakesItsChildrenAlong) {
  bool cancelled = false;
  Result<> const result = run_to_end(with_deadline(long_scope(cancelled), 5ms, "scope"));
  EXPECT_FALSE(result.has_value());
  EXPECT_TRUE(cancelled);
}

Task<> body_beside(Scope& scope, Task<> child, bool& cancelled) {
  scope.spawn("child", std::move(child));
  co_await note_cancellation(cancelled);
}

TEST(ScopeTest, AFailureCancelsTheBodyAndIsThrownOn) {
  bool cancelled = false;
  std::function<Task<>(Scope&)> body = [&](Scope& scope) {
    return body_beside(scope, fail_with("the child failed"), cancelled);
  };
  EXPECT_THROW(run_to_end(with_scope(std::move(body))), std::runtime_error);
  EXPECT_TRUE(cancelled);
}

Task<> cancel_children_and_go_on(Scope& scope, bool& cancelled, int& count) {
  scope.spawn("long", note_cancellation(cancelled));
  co_await sleep_for(1ms);
  scope.cancel();
  co_await wait_and_count(1ms, count);
}

TEST(ScopeTest, ABodyThatCancelsItsChildrenGoesOn) {
  bool cancelled = false;
  int count = 0;
  std::function<Task<>(Scope&)> body = [&](Scope& scope) {
    return cancel_children_and_go_on(scope, cancelled, count);
  };
  run_to_end(with_scope(std::move(body)));
  EXPECT_TRUE(cancelled);
  EXPECT_EQ(count, 1);
}

Task<> fail_beside(Scope& scope, bool& cancelled) {
  scope.spawn("long", note_cancellation(cancelled));
  co_await fail_with("the body failed");
}

TEST(ScopeTest, ABodyThatFailsCancelsItsChildren) {
  bool cancelled = false;
  std::function<Task<>(Scope&)> body = [&](Scope& scope) { return fail_beside(scope, cancelled); };
  EXPECT_THROW(run_to_end(with_scope(std::move(body))), std::runtime_error);
  EXPECT_TRUE(cancelled);
}

Task<> cancel_all(Scope& scope) {
  scope.cancel();
  co_return;
}

Task<> child_that_cancels_itself() {
  Scope scope(co_await asio::this_coro::executor);
  scope.spawn("self", cancel_all(scope));
  co_await scope.join();
}

TEST(ScopeTest, AChildThatCancelsItselfAndNeverWaitsEnds) { run_to_end(child_that_cancels_itself()); }

Task<Result<>> join_only(bool& cancelled) {
  Scope scope(co_await asio::this_coro::executor);
  scope.spawn("long", note_cancellation(cancelled));
  co_await scope.join();
  co_return Result<>();
}

TEST(ScopeTest, ACancelledJoinCancelsTheChildrenAndWaitsForThem) {
  bool cancelled = false;
  Result<> const result = run_to_end(with_deadline(join_only(cancelled), 5ms, "join"));
  EXPECT_TRUE(cancelled);
  static_cast<void>(result);
}

TEST(ScopeDeathTest, ChildrenThatOutliveTheirScopeAreABug) {
  testing::FLAGS_gtest_death_test_style = "threadsafe";
  EXPECT_DEATH(
      {
        bool cancelled = false;
        std::function<Task<>()> leak = [&]() -> Task<> {
          Scope scope(co_await asio::this_coro::executor);
          scope.spawn("forgotten", note_cancellation(cancelled));
        };
        run_to_end(leak());
      },
      "task 'forgotten' outlives its scope");
}

Task<std::thread::id> where_blocking_runs() {
  std::function<std::thread::id()> work = [] { return std::this_thread::get_id(); };
  co_return co_await blocking(std::move(work));
}

TEST(Blocking, RunsOnAnotherThread) {
  EXPECT_NE(run_to_end(where_blocking_runs()), std::this_thread::get_id());
}

Task<> blocking_failure() {
  co_await run_blocking([] { throw std::runtime_error("from the pool"); });
}

TEST(Blocking, BringsExceptionsBack) { EXPECT_THROW(run_to_end(blocking_failure()), std::runtime_error); }

}  // namespace
}  // namespace pgdrill
