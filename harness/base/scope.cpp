#include "harness/base/scope.hpp"

#include <boost/asio/bind_cancellation_slot.hpp>
#include <boost/asio/cancellation_signal.hpp>
#include <boost/asio/co_spawn.hpp>
#include <boost/system/system_error.hpp>
#include <cstdio>
#include <cstdlib>

namespace pgdrill {

struct Scope::Child {
  std::string name;
  asio::cancellation_signal stop;
};

Scope::Scope(asio::any_io_executor executor)
    : executor_(std::move(executor)), all_ended_(executor_, Monotonic::max()) {}

Scope::~Scope() {
  if (running_ == 0 || detail::loop_is_ending()) return;
  std::fprintf(stderr, "pgdrill: bug: task '%s' outlives its scope\n", children_.front().name.c_str());
  std::abort();
}

namespace {

/// At the end of a coroutine that never waited, co_spawn waits itself; had that coroutine been cancelled (by
/// a sibling, or by itself), the wait would throw past everyone and the end be told to nobody.
Task<> end_quietly(Task<> child) {
  std::exception_ptr problem;
  try {
    co_await std::move(child);
  } catch (...) {
    problem = std::current_exception();
  }
  co_await asio::this_coro::throw_if_cancelled(false);
  if (problem) std::rethrow_exception(problem);
}

}  // namespace

void Scope::spawn(std::string name, Task<> child) {
  auto const entry = children_.emplace(children_.end());
  entry->name = std::move(name);
  ++running_;
  none_running_ = false;
  asio::co_spawn(executor_, end_quietly(std::move(child)),
                 asio::bind_cancellation_slot(entry->stop.slot(), [this, entry](std::exception_ptr problem) {
                   ended(entry, std::move(problem));
                 }));
}

void Scope::ended(std::list<Child>::iterator child, std::exception_ptr problem) {
  children_.erase(child);
  --running_;
  if (problem && !is_cancellation(problem) && !problem_) {
    problem_ = std::move(problem);
    cancel();
    if (on_problem_) on_problem_();
  }
  if (running_ == 0) {
    none_running_ = true;
    all_ended_.cancel();
  }
}

void Scope::cancel() {
  // A child may end within emit and take its entry with it.
  for (auto child = children_.begin(); child != children_.end();) {
    auto const current = child++;
    current->stop.emit(asio::cancellation_type::terminal);
  }
}

Task<> Scope::join() {
  std::function<void()> stop = [this] { cancel(); };
  co_await detail::await_flag(all_ended_, none_running_, std::move(stop));
  if (problem_) std::rethrow_exception(std::exchange(problem_, nullptr));
}

namespace {

Task<> keep_problem(Task<> body, std::exception_ptr& problem) {
  try {
    co_await std::move(body);
  } catch (...) {
    problem = std::current_exception();
  }
}

}  // namespace

Task<> with_scope(std::function<Task<>(Scope&)> body) {
  asio::any_io_executor const executor = co_await asio::this_coro::executor;
  Scope scope(executor);
  Scope around_body(executor);  // a scope of its own: what the body asks of its children is not for itself
  std::exception_ptr problem;
  scope.on_problem_ = [&around_body] { around_body.cancel(); };
  around_body.spawn("body", keep_problem(body(scope), problem));
  // The caller may be cancelled: awaiting would throw before the children have ended.
  bool const throws = co_await asio::this_coro::throw_if_cancelled();
  co_await asio::this_coro::throw_if_cancelled(false);
  co_await around_body.join();
  if (problem) scope.cancel();
  std::exception_ptr child_problem;
  try {
    co_await scope.join();
  } catch (...) {
    child_problem = std::current_exception();
  }
  co_await asio::this_coro::throw_if_cancelled(throws);
  if (problem && !(is_cancellation(problem) && child_problem)) std::rethrow_exception(problem);
  if (child_problem) std::rethrow_exception(child_problem);
}

bool is_cancellation(std::exception_ptr const& problem) {
  if (!problem) return false;
  try {
    std::rethrow_exception(problem);
  } catch (boost::system::system_error const& error) {
    return error.code() == asio::error::operation_aborted;
  } catch (...) {
    return false;
  }
}

}  // namespace pgdrill
