#include "harness/engine/turn.hpp"

#include <boost/asio/as_tuple.hpp>

namespace pgdrill::engine {

Turns::Turn::~Turn() {
  if (turns_ == nullptr || ::pgdrill::detail::loop_is_ending()) return;
  turns_->taken_ = false;
  if (turns_->given_back_) turns_->given_back_->cancel_one();
}

Task<Turns::Turn> Turns::take() {
  while (taken_) {
    if (!given_back_)
      given_back_.emplace(co_await asio::this_coro::executor, asio::steady_timer::time_point::max());
    // A cancelled caller's next wait throws; until then it waits for its turn as the others do.
    static_cast<void>(co_await given_back_->async_wait(asio::as_tuple(asio::use_awaitable)));
    asio::cancellation_state const state = co_await asio::this_coro::cancellation_state;
    if (taken_ && state.cancelled() != asio::cancellation_type::none) {
      throw boost::system::system_error(asio::error::operation_aborted);
    }
  }
  taken_ = true;
  co_return Turn(*this);
}

}  // namespace pgdrill::engine
