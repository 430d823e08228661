// libpqxx 6.4 on the blocking pool: http://pqxx.org/development/libpqxx/ (what is used of it lies in this
// file).
#include <fcntl.h>
#include <fmt/format.h>
#include <sys/socket.h>
#include <unistd.h>

#include <condition_variable>
#include <mutex>
#include <pqxx/pqxx>
#include <thread>

#include "harness/base/text.hpp"
#include "harness/postgres/connection.hpp"
#include "harness/postgres/libpq.hpp"
#include "harness/postgres/sqlstate.hpp"

namespace pgdrill::postgres {

namespace {

/// How long the client waits beyond the server's statement_timeout before it takes the server for frozen. It
/// is the time for connecting too.
constexpr auto frozen_grace = std::chrono::seconds(2);

/// Shuts a socket down when time is over: a server that is stopped obeys no statement_timeout, and a thread
/// of the pool must not wait for it for ever.
class Watchdog {
 public:
  /// Holds the socket by a descriptor of its own: libpq closes its own when the connection is lost, and the
  /// number may soon be somebody else's.
  Watchdog(int socket, Monotonic end)
      : socket_(::fcntl(socket, F_DUPFD_CLOEXEC, 0)), thread_([this, end] { watch(end); }) {}
  ~Watchdog() {
    {
      std::lock_guard const lock(mutex_);
      done_ = true;
    }
    ended_.notify_one();
    thread_.join();
    ::close(socket_);
  }
  Watchdog(Watchdog const&) = delete;
  Watchdog& operator=(Watchdog const&) = delete;

  bool fired() {
    std::lock_guard const lock(mutex_);
    return fired_;
  }

 private:
  void watch(Monotonic end) {
    std::unique_lock lock(mutex_);
    if (ended_.wait_until(lock, end, [this] { return done_; })) return;
    fired_ = true;
    ::shutdown(socket_, SHUT_RDWR);
  }

  int socket_;
  std::mutex mutex_;
  std::condition_variable ended_;
  bool done_ = false;
  bool fired_ = false;
  std::thread thread_;
};

/// Hands over a connection that is there already. There is no second one: libpqxx 6.4 would connect again,
/// silently, in the middle of work.
class Given final : public pqxx::connectionpolicy {
 public:
  explicit Given(Handle connection)
      : connectionpolicy(""), connection_(std::move(connection)), given_(connection_.get()) {}
  handle do_startconnect(handle had) override { return had != nullptr ? had : connection_.release(); }
  [[nodiscard]] std::string last_words() const { return PQerrorMessage(given_); }

 private:
  Handle connection_;
  PGconn* given_;
};

class Connection final : public pqxx::connection_base {
 public:
  explicit Connection(Handle connection) : connection_base(policy_), policy_(std::move(connection)) {
    init();
  }
  ~Connection() noexcept { close(); }
  Connection(Connection const&) = delete;
  Connection& operator=(Connection const&) = delete;
  /// What libpq says of the last statement, with what the server said before it ended the session.
  [[nodiscard]] std::string last_words() const { return policy_.last_words(); }

 private:
  Given policy_;
};

void set_up(Connection& connection) {
#pragma clang diagnostic push
#pragma clang diagnostic ignored "-Wdeprecated-declarations"
  connection.inhibit_reactivation(true);  // deprecated for the sake of libpqxx 7, which never reconnects
#pragma clang diagnostic pop
  connection.set_verbosity(pqxx::connection_base::verbose);
  // Notices would go to our standard error. It is a statement: the connection may be lost here already.
  connection.set_variable("client_min_messages", "error");
}

/// The settings that `::text` and the deparse functions depend on, so that equal data are equal text.
constexpr char const* pinned_settings =
    "SET LOCAL search_path = pg_catalog; SET LOCAL DateStyle = 'ISO, YMD'; SET LOCAL TimeZone = 'UTC'; "
    "SET LOCAL IntervalStyle = 'iso_8601'; SET LOCAL extra_float_digits = 1; SET LOCAL bytea_output = 'hex'; "
    "SET LOCAL lc_monetary = 'C'; SET LOCAL quote_all_identifiers = off; SET LOCAL xmlbinary = 'base64'; "
    "SET LOCAL xmloption = 'content'; SET LOCAL idle_in_transaction_session_timeout = 0";

/// The server ended the session and said why (57P01). libpqxx 6.4 tells of a mere loss.
struct SessionEnded : std::exception {
  explicit SessionEnded(Refusal why) : refusal(std::move(why)) {}
  Refusal refusal;
};

template <class Transaction>
Result<> run(Connection& connection, Duration limit,
             std::function<Result<>(pqxx::transaction_base&)> const& work) {
  Transaction transaction(connection);
  auto const milliseconds =
      std::max<std::int64_t>(1, std::chrono::ceil<std::chrono::milliseconds>(limit).count());
  try {
    transaction.exec(fmt::format("SET LOCAL statement_timeout = {}; {}", milliseconds, pinned_settings));
    TRY_VOID(work(transaction));
    transaction.commit();
  } catch (pqxx::broken_connection const&) {
    // Before the transaction is rolled back, which would say that there is no connection.
    if (auto refusal = parse_refusal(connection.last_words())) throw SessionEnded(*std::move(refusal));
    throw;
  }
  return {};
}

std::string first_line(std::string_view text) {
  auto const lines = split(trim(text), '\n');
  return lines.empty() ? std::string() : lines.front();
}

struct Attempt {
  ConnectionParameters parameters;
  Duration limit{};
  bool writable = false;
  std::function<Result<>(pqxx::transaction_base&)> work;
};

Error failure(Attempt const& attempt, ErrorKind kind, std::string what, std::string_view why,
              std::string code = "") {
  return {.kind = kind,
          .what = std::move(what),
          .where = attempt.parameters.text(),
          .why = first_line(why),
          .code = std::move(code)};
}

/// The connection was there; so a text without a known cause tells of a loss too.
Error lost(Attempt const& attempt, std::string what, std::exception const& problem) {
  std::string cause = transport_cause(problem.what());
  if (cause == "other") cause = "lost";
  return failure(attempt, ErrorKind::unreachable, std::move(what), problem.what(), std::move(cause));
}

/// libpqxx 6.4 drops the SQLSTATE of many errors; the verbose text always has it. 57014 is our own
/// statement_timeout (or an administrator's cancel): the statement had no effect.
Error statement_error(Attempt const& attempt, pqxx::sql_error const& problem) {
  if (auto const refusal = parse_refusal(problem.what())) {
    return failure(attempt, ErrorKind::postgres, "PostgreSQL refused a statement", refusal->message,
                   refusal->code);
  }
  if (problem.sqlstate().empty()) return lost(attempt, "connection lost during a transaction", problem);
  return failure(attempt, ErrorKind::postgres, "PostgreSQL refused a statement", problem.what(),
                 problem.sqlstate());
}

/// What the exception that is being handled means.
Error error_of_exception(Attempt const& attempt) {
  try {
    throw;
  } catch (SessionEnded const& ended) {
    return failure(attempt, ErrorKind::postgres, "PostgreSQL ended the session", ended.refusal.message,
                   ended.refusal.code);
  } catch (pqxx::sql_error const& problem) {
    return statement_error(attempt, problem);
  } catch (pqxx::serialization_failure const& problem) {
    return failure(attempt, ErrorKind::postgres, "transaction rolled back", problem.what(), "40001");
  } catch (pqxx::deadlock_detected const& problem) {
    return failure(attempt, ErrorKind::postgres, "transaction rolled back", problem.what(), "40P01");
  } catch (pqxx::conversion_error const& problem) {
    return failure(attempt, ErrorKind::internal, "cannot read a value", problem.what());
  } catch (pqxx::in_doubt_error const& problem) {
    return lost(attempt, "connection lost while committing; it may have taken effect", problem);
  } catch (std::exception const& problem) {
    return lost(attempt, "connection lost during a transaction", problem);
  }
}

Result<> attempt_blocking(Attempt const& attempt) {
  using Writing = pqxx::transaction<pqxx::read_committed, pqxx::read_write>;
  using Reading = pqxx::transaction<pqxx::repeatable_read, pqxx::read_only>;
  Monotonic const end = std::chrono::steady_clock::now() + attempt.limit + frozen_grace;
  TRY(Handle handle, connect_blocking(attempt.parameters, end));
  Watchdog watchdog(PQsocket(handle.get()), end);
  Result<> result;
  try {
    Connection connection(std::move(handle));
    set_up(connection);
    result = attempt.writable ? run<Writing>(connection, attempt.limit, attempt.work)
                              : run<Reading>(connection, attempt.limit, attempt.work);
  } catch (std::exception const&) {
    result = fail(error_of_exception(attempt));
    bool const cut_off = result.error().kind == ErrorKind::unreachable && watchdog.fired();
    if (cut_off) result.error().kind = ErrorKind::timeout;
    if (cut_off) result.error().why = "no answer within " + format_duration(attempt.limit);
    if (cut_off) result.error().code.clear();
  }
  return result;
}

}  // namespace

std::string_view pinned_session_settings() { return pinned_settings; }

Result<> transaction_blocking(ConnectionParameters parameters, Duration limit, bool writable,
                              std::function<Result<>(pqxx::transaction_base&)> work) {
  return attempt_blocking({std::move(parameters), limit, writable, std::move(work)});
}

Task<Result<>> in_transaction(ConnectionParameters parameters, Duration limit, bool writable,
                              std::function<Result<>(pqxx::transaction_base&)> work) {
  Attempt const attempt{std::move(parameters), limit, writable, std::move(work)};
  std::function<Result<>()> job = [&attempt] { return attempt_blocking(attempt); };
  co_return co_await blocking<Result<>>(std::move(job));
}

}  // namespace pgdrill::postgres
