// Coroutines: the task type, waiting, deadlines, blocking work.
//
// Expected failures are Results. Cancellation alone travels as an exception (asio's operation_aborted), which
// only Scope and with_deadline catch. All coroutines of a program run on one thread; parameters are taken by
// value or refer to what outlives the Scope.
#pragma once
#include <boost/asio/any_io_executor.hpp>
#include <boost/asio/awaitable.hpp>
#include <boost/asio/steady_timer.hpp>
#include <boost/asio/this_coro.hpp>
#include <boost/asio/use_awaitable.hpp>
#include <chrono>
#include <functional>
#include <memory>
#include <optional>

#include "harness/base/error.hpp"
#include "harness/base/time.hpp"

namespace pgdrill {

namespace asio = boost::asio;

template <class T = void>
using Task = asio::awaitable<T>;

/// Waits on the monotonic clock. Only for fixed schedules; whoever waits for a condition watches the
/// condition.
[[nodiscard]] Task<> sleep_for(Duration duration);
[[nodiscard]] Task<> sleep_until(Monotonic time);

/// Runs blocking work on a pool of four threads and comes back to the caller's thread. The work itself cannot
/// be cancelled: give it a deadline of its own.
[[nodiscard]] Task<> run_blocking(std::function<void()> work);

template <class T>
[[nodiscard]] Task<T> blocking(std::function<T()> work) {
  std::optional<T> result;
  std::function<void()> job = [&result, &work] { result.emplace(work()); };
  co_await run_blocking(std::move(job));
  co_return std::move(*result);
}

namespace detail {
/// Waits until `flag` is set (whoever sets it cancels `signal`) or the signal's own time has come, even while
/// the caller is being cancelled; `on_cancel` is then called once. Returns whether the caller was cancelled.
Task<bool> await_flag(asio::steady_timer& signal, bool const& flag, std::function<void()> on_cancel);
/// True while run_to_end takes its loop down with coroutines still in it.
[[nodiscard]] bool& loop_is_ending();
/// Runs `work` against a timer; false when the timer won and `work` was cancelled (and has ended).
[[nodiscard]] Task<bool> race_timer(Task<> work, Duration limit);
template <class T>
Task<> store(Task<T> work, std::optional<T>& into) {
  T value = co_await std::move(work);
  into.emplace(std::move(value));
}
}  // namespace detail

/// Runs `work`; when it has not ended after `limit` it is cancelled, joined, and a timeout error that says
/// `what` comes back.
template <class T>
[[nodiscard]] Task<Result<T>> with_deadline(Task<Result<T>> work, Duration limit, std::string what) {
  std::optional<Result<T>> result;
  Task<> stored = detail::store(std::move(work), result);
  bool const in_time = co_await detail::race_timer(std::move(stored), limit);
  // Streams tell a cancelled read as a value.
  bool const cut_off = !result || (!*result && result->error().kind == ErrorKind::cancelled);
  if (!in_time && cut_off) {
    co_return fail(
        {.kind = ErrorKind::timeout, .what = what, .why = "no answer within " + format_duration(limit)});
  }
  co_return std::move(*result);
}

/// Runs a task to its end on an io_context of its own; for verbs without other work and for tests. An
/// exception that leaves the task is thrown on.
void run_to_end(Task<> task);

template <class T>
[[nodiscard]] T run_to_end(Task<T> task) {
  std::optional<T> result;
  run_to_end(detail::store(std::move(task), result));
  return std::move(*result);
}

}  // namespace pgdrill
