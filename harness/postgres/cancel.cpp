#include "harness/postgres/cancel.hpp"

#include <libpq-fe.h>

#include <array>
#include <atomic>
#include <memory>
#include <system_error>
#include <thread>

namespace pgdrill::postgres {

namespace {

struct Free {
  void operator()(PGcancel* cancel) const { PQfreeCancel(cancel); }
};

std::atomic<int> under_way = 0;

}  // namespace

void request_cancel(PGconn* connection) {
  std::unique_ptr<PGcancel, Free> request(PQgetCancel(connection));
  if (!request) return;  // its socket is closed
  if (++under_way > most_requests) {
    --under_way;
    return;
  }
  try {
    std::thread([request = std::move(request)] {
      std::array<char, 256> ignored{};
      PQcancel(request.get(), ignored.data(), static_cast<int>(ignored.size()));
      --under_way;
    }).detach();
  } catch (std::system_error const&) {
    --under_way;  // no thread to be had: the server ends the statement when it sees that its client is gone
  }
}

}  // namespace pgdrill::postgres
