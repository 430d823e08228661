// Structured concurrency: children never outlive their Scope.
//
//   Scope scope(co_await asio::this_coro::executor);
//   scope.spawn("heartbeat", heartbeat.run());
//   ...
//   scope.cancel();
//   co_await scope.join();     // must be awaited before the Scope is destroyed
//
// When anything between spawn and join may throw (a cancelled wait does), use with_scope, which cancels and
// joins in every case:
//
//   std::function<Task<>(Scope&)> body = [&](Scope& scope) { return measure(scope, probe, limit); };
//   co_await with_scope(std::move(body));   // `measure` is a coroutine function with parameters, no lambda
//
// BUG: a capturing lambda as a coroutine: `scope.spawn("x", [&]() -> Task<> {...}())` reads its captures
// after the lambda is gone. Write a function with parameters.
#pragma once
#include <exception>
#include <list>
#include <memory>
#include <string>

#include "harness/base/task.hpp"

namespace pgdrill {

class Scope {
 public:
  explicit Scope(asio::any_io_executor executor);
  /// Aborts the program when children still run: that is a bug of ours.
  ~Scope();
  Scope(Scope const&) = delete;
  Scope& operator=(Scope const&) = delete;

  /// Starts a child at once (it runs up to its first wait when the current coroutine next waits). A child
  /// that ends by an exception other than cancellation cancels its siblings; join throws it on.
  void spawn(std::string name, Task<> child);
  /// Asks all children to stop. They end at their next wait.
  void cancel();
  /// Waits until all children have ended, even while the caller itself is being cancelled; a cancelled caller
  /// cancels the children first.
  [[nodiscard]] Task<> join();

  [[nodiscard]] std::size_t running() const { return running_; }

 private:
  struct Child;
  friend Task<> with_scope(std::function<Task<>(Scope&)> body);
  void ended(std::list<Child>::iterator child, std::exception_ptr problem);

  asio::any_io_executor executor_;
  std::list<Child> children_;
  std::size_t running_ = 0;
  bool none_running_ = true;
  std::exception_ptr problem_;
  std::function<void()> on_problem_;  ///< a child threw; its siblings are cancelled already
  asio::steady_timer all_ended_;
};

/// Runs `body` with a Scope of its own and joins it in every case: children end by themselves when the body
/// returned, and are cancelled when it threw or the caller was cancelled. A child that throws cancels the
/// body too. Throws what the body or else a child threw.
[[nodiscard]] Task<> with_scope(std::function<Task<>(Scope&)> body);

/// True for the exception that cancellation throws.
[[nodiscard]] bool is_cancellation(std::exception_ptr const& problem);

}  // namespace pgdrill
