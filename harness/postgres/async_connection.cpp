// libpq without blocking: https://www.postgresql.org/docs/15/libpq-connect.html#LIBPQ-PQCONNECTSTARTPARAMS
// and https://www.postgresql.org/docs/15/libpq-async.html.
#include <fmt/format.h>

#include <boost/asio/posix/stream_descriptor.hpp>
#include <boost/asio/redirect_error.hpp>
#include <utility>

#include "harness/postgres/cancel.hpp"
#include "harness/postgres/connection.hpp"
#include "harness/postgres/libpq.hpp"
#include "harness/postgres/look_up.hpp"

namespace pgdrill::postgres {

namespace {

using Descriptor = asio::posix::stream_descriptor;

struct Clear {
  void operator()(PGresult* result) const { PQclear(result); }
};
using ResultHandle = std::unique_ptr<PGresult, Clear>;

void ignore_notice(void*, char const*) {}

/// A descriptor of Asio for libpq's socket that gives the socket back: libpq alone closes it, and may have
/// opened another one since the last wait.
class Borrowed {
 public:
  Borrowed(asio::any_io_executor const& executor, int socket) : descriptor_(executor, socket) {}
  ~Borrowed() { descriptor_.release(); }
  Borrowed(Borrowed const&) = delete;
  Borrowed& operator=(Borrowed const&) = delete;
  Descriptor& descriptor() { return descriptor_; }

 private:
  Descriptor descriptor_;
};

Task<> wait_socket(int socket, Descriptor::wait_type direction) {
  auto const executor = co_await asio::this_coro::executor;
  Borrowed borrowed(executor, socket);
  co_await borrowed.descriptor().async_wait(direction, asio::use_awaitable);
}

/// Waits until the socket can be read or written, whichever comes first: a server that has stopped reading
/// until we read would stall a wait for the writable side alone.
Task<> wait_either(int socket) {
  auto const executor = co_await asio::this_coro::executor;
  Borrowed borrowed(executor, socket);
  auto const woken = std::make_shared<asio::steady_timer>(executor, Monotonic::max());
  auto const wake = [woken](boost::system::error_code) { woken->cancel(); };
  borrowed.descriptor().async_wait(Descriptor::wait_read, wake);
  borrowed.descriptor().async_wait(Descriptor::wait_write, wake);
  boost::system::error_code ignored;
  co_await woken->async_wait(asio::redirect_error(asio::use_awaitable, ignored));
  auto const state = co_await asio::this_coro::cancellation_state;
  if (state.cancelled() != asio::cancellation_type::none) {
    throw boost::system::system_error(asio::error::operation_aborted);
  }
}

Rows read_rows(PGresult const* result) {
  Rows rows;
  int const columns = PQnfields(result);
  int const count = PQntuples(result);
  for (int column = 0; column < columns; ++column) rows.columns.emplace_back(PQfname(result, column));
  rows.rows.reserve(static_cast<std::size_t>(count));
  for (int row = 0; row < count; ++row) {
    auto& values = rows.rows.emplace_back();
    for (int column = 0; column < columns; ++column) {
      if (PQgetisnull(result, row, column) != 0) {
        values.emplace_back();
      } else {
        values.emplace_back(std::in_place, PQgetvalue(result, row, column),
                            static_cast<std::size_t>(PQgetlength(result, row, column)));
      }
    }
  }
  std::string_view const affected = PQcmdTuples(const_cast<PGresult*>(result));
  if (!affected.empty()) rows.affected = std::strtoll(affected.data(), nullptr, 10);
  return rows;
}

std::string field(PGresult const* result, int code) {
  char const* const text = PQresultErrorField(result, code);
  return text == nullptr ? std::string() : std::string(text);
}

/// Whoever leaves a statement before its end, by a deadline or by cancellation, asks the server to give it
/// up.
struct Abandoned {
  PGconn* connection;
  bool const& broken;
  ~Abandoned() {
    if (broken) request_cancel(connection);
  }
};

class LibpqConnection final : public AsyncConnection {
 public:
  LibpqConnection(Handle handle, ConnectionParameters parameters)
      : handle_(std::move(handle)), parameters_(std::move(parameters)) {}

  Task<Result<Rows>> query(std::string sql, std::vector<std::optional<std::string>> parameters,
                           Duration limit) override {
    if (broken_) {
      co_return fail({.kind = ErrorKind::unreachable,
                      .what = "cannot run a statement",
                      .where = parameters_.text(),
                      .why = "the connection was lost earlier",
                      .code = "lost"});
    }
    broken_ =
        true;  // until the statement has come to its end: whatever leaves this function early leaves it so
    Abandoned const abandoned{handle_.get(), broken_};
    Task<Result<Rows>> work = exchange(std::move(sql), std::move(parameters));
    Result<Rows> result = co_await with_deadline(std::move(work), limit, "statement");
    if (!result && result.error().where.empty()) result.error().where = parameters_.text();
    co_return result;
  }

  bool broken() const override { return broken_; }
  int backend_pid() const override { return PQbackendPID(handle_.get()); }

 private:
  Task<Result<Rows>> exchange(std::string sql, std::vector<std::optional<std::string>> parameters) {
    std::vector<char const*> values;
    for (auto const& parameter : parameters) values.push_back(parameter ? parameter->c_str() : nullptr);
    int const sent = PQsendQueryParams(handle_.get(), sql.c_str(), static_cast<int>(values.size()), nullptr,
                                       values.data(), nullptr, nullptr, 0);
    if (sent == 0) co_return fail(transport_error(handle_.get(), parameters_, "cannot send a statement"));
    CO_TRY_VOID(co_await flush());
    ResultHandle last;
    while (true) {
      CO_TRY_VOID(co_await wait_result());
      ResultHandle next(PQgetResult(handle_.get()));
      if (!next) break;
      // The first error tells the cause; what follows it only says that the connection went.
      if (!last || PQresultStatus(last.get()) != PGRES_FATAL_ERROR) last = std::move(next);
    }
    broken_ = PQstatus(handle_.get()) != CONNECTION_OK;
    co_return finish(last.get());
  }

  Task<Result<>> flush() {
    while (true) {
      int const state = PQflush(handle_.get());
      if (state == 0) co_return Result<>();
      if (state < 0) co_return fail(transport_error(handle_.get(), parameters_, "cannot send a statement"));
      co_await wait_either(PQsocket(handle_.get()));
      if (PQconsumeInput(handle_.get()) == 0) {
        co_return fail(transport_error(handle_.get(), parameters_, "connection lost"));
      }
    }
  }

  Task<Result<>> wait_result() {
    while (PQisBusy(handle_.get()) != 0) {
      int const socket = PQsocket(handle_.get());
      if (socket < 0) break;
      co_await wait_socket(socket, Descriptor::wait_read);
      // At the end of the stream PQgetResult still hands out what the server said before; so no error here.
      if (PQconsumeInput(handle_.get()) == 0) break;
    }
    co_return Result<>();
  }

  Result<Rows> finish(PGresult const* result) const {
    if (result == nullptr) return fail(transport_error(handle_.get(), parameters_, "connection lost"));
    switch (PQresultStatus(result)) {
      case PGRES_TUPLES_OK:
      case PGRES_COMMAND_OK:
        return read_rows(result);
      case PGRES_EMPTY_QUERY:
        return Rows();
      default:
        break;
    }
    std::string code = field(result, PG_DIAG_SQLSTATE);
    if (code.empty())
      return fail(transport_error(handle_.get(), parameters_, "connection lost during a statement"));
    std::string why = field(result, PG_DIAG_MESSAGE_PRIMARY);
    if (std::string const detail = field(result, PG_DIAG_MESSAGE_DETAIL); !detail.empty())
      why += "; " + detail;
    return fail({.kind = ErrorKind::postgres,
                 .what = "PostgreSQL refused a statement",
                 .where = parameters_.text(),
                 .why = std::move(why),
                 .todo = field(result, PG_DIAG_MESSAGE_HINT),
                 .code = std::move(code)});
  }

  Handle handle_;
  ConnectionParameters parameters_;
  bool broken_ = false;
};

/// Looks the host up without blocking, since PQconnectStart would.
Task<Result<>> resolve(ConnectionParameters& parameters) {
  if (!needs_look_up(parameters)) co_return Result<>();
  auto const found = co_await look_up(parameters.host);
  if (!found) co_return fail(unknown_host(parameters, found.error().why));
  parameters.host_address = *found;
  co_return Result<>();
}

Task<Result<std::unique_ptr<AsyncConnection>>> establish(ConnectionParameters parameters, Duration limit) {
  CO_TRY_VOID(co_await resolve(parameters));
  Handle handle(PQconnectStart(parameters.conninfo(limit).c_str()));
  if (!handle) co_return fail({.kind = ErrorKind::internal, .what = "libpq is out of memory"});
  if (PQstatus(handle.get()) == CONNECTION_BAD) co_return fail(connect_error(handle.get(), parameters));
  PQsetNoticeProcessor(handle.get(), ignore_notice, nullptr);
  // libpq has no field for the SQLSTATE of a refused connection; its verbose text has it.
  PQsetErrorVerbosity(handle.get(), PQERRORS_VERBOSE);
  auto state = PGRES_POLLING_WRITING;
  while (state != PGRES_POLLING_OK) {
    if (state == PGRES_POLLING_FAILED) co_return fail(connect_error(handle.get(), parameters));
    auto const direction = state == PGRES_POLLING_READING ? Descriptor::wait_read : Descriptor::wait_write;
    co_await wait_socket(PQsocket(handle.get()), direction);
    state = PQconnectPoll(handle.get());
  }
  PQsetErrorVerbosity(handle.get(), PQERRORS_DEFAULT);
  PQsetnonblocking(handle.get(), 1);
  co_return std::make_unique<LibpqConnection>(std::move(handle), std::move(parameters));
}

}  // namespace

Task<Result<std::unique_ptr<AsyncConnection>>> AsyncConnection::connect(ConnectionParameters parameters,
                                                                        Duration limit) {
  std::string const where = parameters.text();
  auto work = establish(std::move(parameters), limit);
  auto result = co_await with_deadline(std::move(work), limit, "cannot connect to PostgreSQL");
  if (!result && result.error().where.empty()) result.error().where = where;
  co_return result;
}

}  // namespace pgdrill::postgres
