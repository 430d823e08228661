#include "harness/postgres/look_up.hpp"

#include <arpa/inet.h>
#include <netdb.h>

#include <boost/asio/post.hpp>
#include <boost/asio/redirect_error.hpp>
#include <future>
#include <mutex>
#include <thread>

namespace pgdrill::postgres {

namespace {

struct Found {
  std::string address;
  std::string problem;
};

Found ask(std::string const& host) {
  addrinfo hints{};
  hints.ai_socktype = SOCK_STREAM;
  addrinfo* found = nullptr;
  int const problem = ::getaddrinfo(host.c_str(), nullptr, &hints, &found);
  if (problem != 0) return {.address = "", .problem = ::gai_strerror(problem)};
  std::array<char, 128> text{};
  ::getnameinfo(found->ai_addr, found->ai_addrlen, text.data(), static_cast<socklen_t>(text.size()), nullptr,
                0, NI_NUMERICHOST);
  ::freeaddrinfo(found);
  return {.address = text.data(), .problem = ""};
}

Result<std::string> address_of(Found const& found, std::string const& host) {
  if (found.problem.empty()) return found.address;
  return fail({.kind = ErrorKind::unreachable, .what = "no such host", .where = host, .why = found.problem});
}

/// Open while somebody waits on a loop that is there: outlives both sides.
struct Gate {
  std::mutex mutex;
  bool open = true;
};

struct CloseGate {
  std::shared_ptr<Gate> gate;
  ~CloseGate() {
    std::lock_guard const lock(gate->mutex);
    gate->open = false;
  }
};

}  // namespace

Task<Result<std::string>> look_up(std::string host) {
  auto const executor = co_await asio::this_coro::executor;
  asio::steady_timer ready(executor, Monotonic::max());
  std::optional<Found> answer;
  CloseGate const closing{std::make_shared<Gate>()};
  std::thread([host, gate = closing.gate, executor, &ready, &answer] {
    Found const found = ask(host);
    std::lock_guard const lock(gate->mutex);
    if (!gate->open) return;
    // The handler runs on the waiter's own thread, on which the gate is closed: no lock is needed there.
    asio::post(executor, [gate, found, &ready, &answer] {
      if (!gate->open) return;
      answer = found;
      ready.cancel();
    });
  }).detach();
  boost::system::error_code ended;
  co_await ready.async_wait(asio::redirect_error(asio::use_awaitable, ended));
  if (!answer) throw boost::system::system_error(asio::error::operation_aborted);
  co_return address_of(*answer, host);
}

Result<std::string> look_up_blocking(std::string host, Duration limit) {
  auto const promise = std::make_shared<std::promise<Found>>();
  auto answer = promise->get_future();
  std::thread([host, promise] { promise->set_value(ask(host)); }).detach();
  if (answer.wait_for(limit) != std::future_status::ready)
    return fail({.kind = ErrorKind::timeout, .what = "cannot look up a host", .where = host});
  return address_of(answer.get(), host);
}

}  // namespace pgdrill::postgres
