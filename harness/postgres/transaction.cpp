// libpqxx 6.4 on the blocking pool: http://pqxx.org/development/libpqxx/ (what is used of it lies in this
// file).
#include <fmt/format.h>
#include <sys/socket.h>

#include <condition_variable>
#include <mutex>
#include <pqxx/pqxx>
#include <thread>

#include "harness/base/text.hpp"
#include "harness/postgres/connection.hpp"
#include "harness/postgres/sqlstate.hpp"

namespace pgdrill::postgres {

namespace {

/// How long the client waits beyond the server's statement_timeout before it takes the server for frozen.
constexpr auto frozen_grace = std::chrono::seconds(2);

/// Shuts a socket down when time is over: a server that is stopped obeys no statement_timeout, and a thread
/// of the pool must not wait for it for ever.
class Watchdog {
 public:
  Watchdog(int socket, Duration limit) : thread_([this, socket, limit] { watch(socket, limit); }) {}
  ~Watchdog() {
    {
      std::lock_guard const lock(mutex_);
      done_ = true;
    }
    ended_.notify_one();
    thread_.join();
  }
  Watchdog(Watchdog const&) = delete;
  Watchdog& operator=(Watchdog const&) = delete;

  bool fired() {
    std::lock_guard const lock(mutex_);
    return fired_;
  }

 private:
  void watch(int socket, Duration limit) {
    std::unique_lock lock(mutex_);
    if (ended_.wait_for(lock, limit, [this] { return done_; })) return;
    fired_ = true;
    ::shutdown(socket, SHUT_RDWR);
  }

  std::mutex mutex_;
  std::condition_variable ended_;
  bool done_ = false;
  bool fired_ = false;
  std::thread thread_;
};

void forbid_reconnection(pqxx::connection& connection) {
#pragma clang diagnostic push
#pragma clang diagnostic ignored "-Wdeprecated-declarations"
  // Deprecated for the sake of libpqxx 7, which never reconnects; 6.4 does, silently, in the middle of work.
  connection.inhibit_reactivation(true);
#pragma clang diagnostic pop
}

/// The settings that `::text` and the deparse functions depend on, so that equal data are equal text.
constexpr char const* pinned_settings =
    "SET LOCAL search_path = pg_catalog; SET LOCAL DateStyle = 'ISO, YMD'; SET LOCAL TimeZone = 'UTC'; "
    "SET LOCAL IntervalStyle = 'iso_8601'; SET LOCAL extra_float_digits = 1; SET LOCAL bytea_output = 'hex'; "
    "SET LOCAL lc_monetary = 'C'; SET LOCAL quote_all_identifiers = off; SET LOCAL xmlbinary = 'base64'; "
    "SET LOCAL xmloption = 'content'; SET LOCAL idle_in_transaction_session_timeout = 0";

template <class Transaction>
Result<> run(pqxx::connection& connection, Duration limit,
             std::function<Result<>(pqxx::transaction_base&)> const& work) {
  Transaction transaction(connection);
  auto const milliseconds =
      std::max<std::int64_t>(1, std::chrono::ceil<std::chrono::milliseconds>(limit).count());
  transaction.exec(fmt::format("SET LOCAL statement_timeout = {}; {}", milliseconds, pinned_settings));
  TRY_VOID(work(transaction));
  transaction.commit();
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

/// libpqxx 6.4 drops the SQLSTATE of many errors; the verbose text always has it. 57014 is our own
/// statement_timeout (or an administrator's cancel): the statement had no effect.
Error statement_error(Attempt const& attempt, pqxx::sql_error const& problem) {
  if (auto const refusal = parse_refusal(problem.what())) {
    return failure(attempt, ErrorKind::postgres, "PostgreSQL refused a statement", refusal->message,
                   refusal->code);
  }
  auto const kind = problem.sqlstate().empty() ? ErrorKind::unreachable : ErrorKind::postgres;
  return failure(attempt, kind, "PostgreSQL refused a statement", problem.what(), problem.sqlstate());
}

Result<> attempt_connected(Attempt const& attempt, pqxx::connection& connection) {
  using Writing = pqxx::transaction<pqxx::read_committed, pqxx::read_write>;
  using Reading = pqxx::transaction<pqxx::repeatable_read, pqxx::read_only>;
  Watchdog watchdog(connection.sock(), attempt.limit + frozen_grace);
  try {
    return attempt.writable ? run<Writing>(connection, attempt.limit, attempt.work)
                            : run<Reading>(connection, attempt.limit, attempt.work);
  } catch (pqxx::sql_error const& problem) {
    return fail(statement_error(attempt, problem));
  } catch (pqxx::serialization_failure const& problem) {
    return fail(failure(attempt, ErrorKind::postgres, "transaction rolled back", problem.what(), "40001"));
  } catch (pqxx::deadlock_detected const& problem) {
    return fail(failure(attempt, ErrorKind::postgres, "transaction rolled back", problem.what(), "40P01"));
  } catch (pqxx::conversion_error const& problem) {
    return fail(failure(attempt, ErrorKind::internal, "cannot read a value", problem.what()));
  } catch (pqxx::in_doubt_error const& problem) {
    return fail(failure(attempt, ErrorKind::unreachable,
                        "connection lost while committing; it may have taken effect", problem.what()));
  } catch (std::exception const& problem) {
    if (watchdog.fired()) {
      return fail(failure(attempt, ErrorKind::timeout, "transaction",
                          "no answer within " + format_duration(attempt.limit)));
    }
    return fail(
        failure(attempt, ErrorKind::unreachable, "connection lost during a transaction", problem.what()));
  }
}

Result<> attempt_blocking(Attempt const& attempt) {
  std::unique_ptr<pqxx::connection> connection;
  try {
    connection = std::make_unique<pqxx::connection>(attempt.parameters.conninfo(attempt.limit));
    forbid_reconnection(*connection);
    connection->set_verbosity(pqxx::connection_base::verbose);
    // Notices would go to our standard error. It is a statement: the connection may be lost here already.
    connection->set_variable("client_min_messages", "error");
  } catch (std::exception const& problem) {
    // libpqxx keeps no SQLSTATE of a refused connection; only a server says FATAL.
    bool const refused = std::string_view(problem.what()).find("FATAL:") != std::string_view::npos;
    auto const kind = refused ? ErrorKind::postgres : ErrorKind::unreachable;
    return fail(failure(attempt, kind, "cannot connect to PostgreSQL", problem.what()));
  }
  return attempt_connected(attempt, *connection);
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
