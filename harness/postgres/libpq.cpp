#include "harness/postgres/libpq.hpp"

#include <poll.h>

#include <algorithm>
#include <cerrno>

#include "harness/base/text.hpp"
#include "harness/postgres/look_up.hpp"
#include "harness/postgres/sqlstate.hpp"

namespace pgdrill::postgres {

namespace {

constexpr std::string_view cannot_connect = "cannot connect to PostgreSQL";

Duration left_until(Monotonic end) {
  return std::max<Duration>(end - std::chrono::steady_clock::now(), Duration::zero());
}

/// Waits until libpq can go on; false when the time is over.
bool wait_for(PGconn* connection, PostgresPollingStatusType state, Monotonic end) {
  short const direction = state == PGRES_POLLING_READING ? POLLIN : POLLOUT;
  while (true) {
    pollfd waited{.fd = PQsocket(connection), .events = direction, .revents = 0};
    auto const left = std::chrono::ceil<std::chrono::milliseconds>(left_until(end)).count();
    int const ready = ::poll(&waited, 1, static_cast<int>(std::min<std::int64_t>(left, 60'000)));
    if (ready > 0) return true;
    bool const interrupted = ready < 0 && errno == EINTR;
    if (ready < 0 && !interrupted) return true;  // libpq tells what is wrong with its socket
    if (left == 0) return false;
  }
}

}  // namespace

Error transport_error(PGconn* connection, ConnectionParameters const& parameters, std::string what) {
  std::string why(trim(PQerrorMessage(connection)));
  std::string cause = transport_cause(why);
  return {.kind = ErrorKind::unreachable,
          .what = std::move(what),
          .where = parameters.text(),
          .why = std::move(why),
          .code = std::move(cause)};
}

Error connect_error(PGconn* connection, ConnectionParameters const& parameters) {
  Error error = transport_error(connection, parameters, std::string(cannot_connect));
  auto refusal = parse_refusal(error.why);
  if (!refusal) return error;
  error.kind = ErrorKind::postgres;
  error.code = std::move(refusal->code);
  error.why = std::move(refusal->message);
  return error;
}

Error unknown_host(ConnectionParameters const& parameters, std::string_view why) {
  return {.kind = ErrorKind::unreachable,
          .what = std::string(cannot_connect),
          .where = parameters.text(),
          .why = "host '" + parameters.host + "' not found: " + std::string(why),
          .code = "dns"};
}

bool needs_look_up(ConnectionParameters const& parameters) {
  return parameters.host_address.empty() && !parameters.host.empty() && parameters.host.front() != '/';
}

Result<Handle> connect_blocking(ConnectionParameters parameters, Monotonic end) {
  Duration const limit = left_until(end);
  Error const late{.kind = ErrorKind::timeout,
                   .what = std::string(cannot_connect),
                   .where = parameters.text(),
                   .why = "no answer within " + format_duration(limit)};
  if (needs_look_up(parameters)) {
    auto found = look_up_blocking(parameters.host, limit);
    if (!found && found.error().kind == ErrorKind::timeout) return fail(late);
    if (!found) return fail(unknown_host(parameters, found.error().why));
    parameters.host_address = *std::move(found);
  }
  Handle handle(PQconnectStart(parameters.conninfo(limit).c_str()));
  if (!handle) return fail({.kind = ErrorKind::internal, .what = "libpq is out of memory"});
  if (PQstatus(handle.get()) == CONNECTION_BAD) return fail(connect_error(handle.get(), parameters));
  PQsetErrorVerbosity(handle.get(), PQERRORS_VERBOSE);
  auto state = PGRES_POLLING_WRITING;
  while (state != PGRES_POLLING_OK) {
    if (state == PGRES_POLLING_FAILED) return fail(connect_error(handle.get(), parameters));
    if (!wait_for(handle.get(), state, end)) return fail(late);
    state = PQconnectPoll(handle.get());
  }
  return handle;
}

}  // namespace pgdrill::postgres
