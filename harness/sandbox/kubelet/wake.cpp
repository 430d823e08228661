#include "harness/sandbox/kubelet/wake.hpp"

#include <boost/asio/redirect_error.hpp>
#include <boost/system/system_error.hpp>

namespace pgdrill::sandbox {

void Wake::notify() {
  for (asio::steady_timer* const timer : waiting_) timer->cancel();
}

Task<> Wake::wait(Monotonic until) {
  asio::any_io_executor const executor = co_await asio::this_coro::executor;
  asio::steady_timer timer(executor, until);
  auto const entry = waiting_.insert(waiting_.end(), &timer);
  boost::system::error_code woken;
  co_await timer.async_wait(asio::redirect_error(asio::use_awaitable, woken));
  waiting_.erase(entry);
  // The timer is cancelled both by a notification and by our own cancellation.
  asio::cancellation_state const state = co_await asio::this_coro::cancellation_state;
  if (state.cancelled() != asio::cancellation_type::none) {
    throw boost::system::system_error(asio::error::operation_aborted);
  }
}

}  // namespace pgdrill::sandbox
