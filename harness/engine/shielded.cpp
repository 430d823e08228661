#include "harness/engine/shielded.hpp"

#include <boost/asio/co_spawn.hpp>

namespace pgdrill::engine {

Task<> shielded(Task<> work) {
  struct State {
    explicit State(asio::any_io_executor const& executor) : ended_signal(executor, Monotonic::max()) {}
    asio::steady_timer ended_signal;
    bool ended = false;
    std::exception_ptr problem;
  };
  asio::any_io_executor const executor = co_await asio::this_coro::executor;
  auto const state = std::make_shared<State>(executor);
  // A coroutine of its own has a cancellation of its own: none.
  asio::co_spawn(executor, std::move(work), [state](std::exception_ptr problem) {
    state->problem = std::move(problem);
    state->ended = true;
    state->ended_signal.cancel();
  });
  bool const throws = co_await asio::this_coro::throw_if_cancelled();
  co_await asio::this_coro::throw_if_cancelled(false);
  static_cast<void>(co_await ::pgdrill::detail::await_flag(state->ended_signal, state->ended, {}));
  co_await asio::this_coro::throw_if_cancelled(throws);
  if (state->problem) std::rethrow_exception(state->problem);
}

}  // namespace pgdrill::engine
