#include <algorithm>

#include "harness/kube/status.hpp"
#include "harness/kube/transport.hpp"

namespace pgdrill::kube {

namespace {

/// Between attempts to reach a server that is being started anew.
constexpr Duration first_pause = std::chrono::milliseconds(50);
constexpr Duration longest_pause = std::chrono::seconds(1);

/// The refusal of a handshake holds the answer's body; the API's Status is read out of it.
Error refusal(Error error, Call const& call) {
  if (error.status == 0) return error;
  return status_error(error.status, error.why, call.brief(), call.where);
}

}  // namespace

Task<Result<std::unique_ptr<net::WebSocket>>> Transport::upgrade(Call call,
                                                                 std::vector<std::string> protocols) {
  Monotonic const until = std::chrono::steady_clock::now() + deadline_;
  bool renewed = false;
  Duration pause = first_pause;
  while (true) {
    net::HttpRequest request = call.request;
    CO_TRY_VOID(prepare(request));
    Result<std::unique_ptr<net::HttpClient>> connection = co_await connect();
    if (!connection) {
      bool const in_time = std::chrono::steady_clock::now() + pause < until;
      if (!in_time || !may_come_back(call, connection.error(), false)) {
        co_return fail(std::move(connection.error()));
      }
      co_await sleep_for(pause);
      pause = std::min(pause * 2, longest_pause);
      continue;
    }
    Result<std::unique_ptr<net::WebSocket>> socket =
        co_await net::WebSocket::connect(std::move(*connection), std::move(request), protocols);
    if (socket) co_return socket;
    bool const stale_credentials = socket.error().status == 401 && access_.renew && !renewed;
    if (!stale_credentials) co_return fail(refusal(std::move(socket.error()), call));
    renewed = true;
    CO_TRY_VOID(co_await access_.renew(access_));
  }
}

Task<Result<std::unique_ptr<net::WebSocket>>> Transport::open_websocket(Call call,
                                                                        std::vector<std::string> protocols) {
  Task<Result<std::unique_ptr<net::WebSocket>>> work = upgrade(call, std::move(protocols));
  Result<std::unique_ptr<net::WebSocket>> result =
      co_await with_deadline(std::move(work), deadline_, call.full());
  if (!result && result.error().status == 0) {
    Error& error = result.error();
    if (error.what != call.full()) {
      error.why = error.what + (error.why.empty() ? "" : ": " + error.why);
      error.what = call.full();
    }
    if (error.where.empty()) error.where = access_.host + ":" + std::to_string(access_.port);
  }
  co_return result;
}

}  // namespace pgdrill::kube
