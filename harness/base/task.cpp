#include "harness/base/task.hpp"

#include <boost/asio/bind_cancellation_slot.hpp>
#include <boost/asio/co_spawn.hpp>
#include <boost/asio/io_context.hpp>
#include <boost/asio/post.hpp>
#include <boost/asio/redirect_error.hpp>
#include <boost/asio/thread_pool.hpp>
#include <csignal>
#include <cstdio>
#include <cstdlib>

#include "harness/base/scope.hpp"

namespace pgdrill {

namespace {

[[noreturn]] void throw_cancelled() { throw boost::system::system_error(asio::error::operation_aborted); }

asio::thread_pool& pool() {
  static asio::thread_pool threads(4);
  return threads;
}

}  // namespace

Task<> sleep_until(Monotonic time) {
  asio::any_io_executor const executor = co_await asio::this_coro::executor;
  asio::steady_timer timer(executor, time);
  co_await timer.async_wait(asio::use_awaitable);
}

Task<> sleep_for(Duration duration) { co_await sleep_until(std::chrono::steady_clock::now() + duration); }

Task<> run_blocking(std::function<void()> work) {
  struct Job {
    explicit Job(asio::any_io_executor const& executor) : ended_signal(executor, Monotonic::max()) {}
    asio::steady_timer ended_signal;
    bool ended = false;
    std::exception_ptr problem;
  };
  asio::any_io_executor const executor = co_await asio::this_coro::executor;
  auto job = std::make_shared<Job>(executor);
  asio::post(pool(), [job, executor, &work]() mutable {
    std::exception_ptr problem;
    try {
      work();
    } catch (...) {
      problem = std::current_exception();
    }
    // The job, whose timer belongs to the loop, must not outlive it on this thread.
    asio::post(executor, [job = std::move(job), problem] {
      job->problem = problem;
      job->ended = true;
      job->ended_signal.cancel();
    });
  });
  // The work refers to the caller's frame: it must have ended before a cancelled caller goes on.
  co_await detail::await_flag(job->ended_signal, job->ended, {});
  if (job->problem) std::rethrow_exception(job->problem);
}

namespace detail {

Task<bool> await_flag(asio::steady_timer& signal, bool const& flag, std::function<void()> on_cancel) {
  bool const throws = co_await asio::this_coro::throw_if_cancelled();
  co_await asio::this_coro::throw_if_cancelled(false);
  bool cancelled = false;
  while (true) {
    asio::cancellation_state const state = co_await asio::this_coro::cancellation_state;
    if (!cancelled && state.cancelled() != asio::cancellation_type::none) {
      cancelled = true;
      if (on_cancel) on_cancel();
    }
    if (flag) break;
    boost::system::error_code ignored;
    co_await signal.async_wait(asio::redirect_error(asio::use_awaitable, ignored));
    if (!ignored && !flag) break;  // the signal's own time came
  }
  co_await asio::this_coro::throw_if_cancelled(throws);
  co_return cancelled;
}

Task<bool> race_timer(Task<> work, Duration limit) {
  struct Race {
    Race(asio::any_io_executor const& executor, Duration limit) : timer(executor, limit) {}
    asio::steady_timer timer;
    asio::cancellation_signal stop;
    bool ended = false;
    std::exception_ptr problem;
  };
  asio::any_io_executor const executor = co_await asio::this_coro::executor;
  auto race = std::make_shared<Race>(executor, limit);
  auto done = [race](std::exception_ptr problem) {
    race->problem = std::move(problem);
    race->ended = true;
    race->timer.cancel();
  };
  asio::co_spawn(executor, std::move(work), asio::bind_cancellation_slot(race->stop.slot(), std::move(done)));
  std::function<void()> stop = [race] { race->stop.emit(asio::cancellation_type::terminal); };
  bool cancelled = co_await await_flag(race->timer, race->ended, stop);
  bool const in_time = race->ended;
  if (!in_time) {
    stop();
    race->timer.expires_at(Monotonic::max());
    bool const cancelled_later = co_await await_flag(race->timer, race->ended, {});
    cancelled = cancelled || cancelled_later;
  }
  if (race->problem && !is_cancellation(race->problem)) std::rethrow_exception(race->problem);
  if (cancelled) throw_cancelled();
  if (in_time && race->problem) std::rethrow_exception(race->problem);
  co_return in_time;
}

bool& loop_is_ending() {
  thread_local bool ending = false;
  return ending;
}

}  // namespace detail

void run_to_end(Task<> task) {
  std::exception_ptr problem;
  bool ended = false;
  // A peer that goes away is an error of the write, never the end of the program.
  std::signal(SIGPIPE, SIG_IGN);
  {
    asio::io_context context(1);
    asio::co_spawn(context, std::move(task), [&](std::exception_ptr thrown) {
      problem = std::move(thrown);
      ended = true;
      context.stop();
    });
    context.run();
    detail::loop_is_ending() = true;
  }
  detail::loop_is_ending() = false;
  if (problem) std::rethrow_exception(problem);
  if (!ended) {
    std::fputs("pgdrill: bug: a task waits for something that nobody will do\n", stderr);
    std::abort();
  }
}

}  // namespace pgdrill
