#include "harness/net/write_turn.hpp"

#include <boost/asio/redirect_error.hpp>

namespace pgdrill::net {

/// A place in the queue, left when the wait for it is cancelled.
struct WriteTurn::Place {
  WriteTurn& turn;
  std::uint64_t number;
  bool reached = false;
  ~Place() {
    if (!reached && !::pgdrill::detail::loop_is_ending()) turn.leave(number);
  }
};

void WriteTurn::leave(std::uint64_t place) {
  std::erase(queue_, place);
  moved_on_.cancel();
}

Task<> WriteTurn::take() {
  Place place{*this, next_++};
  queue_.push_back(place.number);
  while (queue_.front() != place.number) {
    boost::system::error_code woken;
    co_await moved_on_.async_wait(asio::redirect_error(asio::use_awaitable, woken));
    asio::cancellation_state const state = co_await asio::this_coro::cancellation_state;
    if (state.cancelled() != asio::cancellation_type::none) {
      throw boost::system::system_error(asio::error::operation_aborted);
    }
  }
  place.reached = true;
}

WriteTurn::Hold::~Hold() {
  // When a loop is taken down with a write under way, the connection may be gone before it.
  if (::pgdrill::detail::loop_is_ending()) return;
  if (!whole_) stream_.close();
  turn_.leave(turn_.queue_.front());
}

}  // namespace pgdrill::net
