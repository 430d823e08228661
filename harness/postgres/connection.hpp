// Connections to PostgreSQL: asynchronous by libpq for whatever is measured, blocking by libpqxx for the
// catalogue. See https://www.postgresql.org/docs/15/libpq-async.html.
#pragma once
#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "harness/base/task.hpp"

namespace pqxx {
class transaction_base;
}

namespace pgdrill::postgres {

/// How to reach a database. `password` is never printed: use `text()` in messages.
struct ConnectionParameters {
  std::string host;          ///< name for messages and certificate checks
  std::string host_address;  ///< numeric address to connect to; empty: resolve host
  std::uint16_t port = 5432;
  std::string user;
  std::string password;
  std::string database;
  std::string ssl_mode = "require";
  std::string root_certificate = "";  ///< file of the authorities for ssl_mode verify-ca and verify-full
  std::string application_name = "pgdrill";

  /// "app@orders-rw:5432/app", without the password.
  [[nodiscard]] std::string text() const;
  /// A libpq connection string, with the password: for libpq only.
  [[nodiscard]] std::string conninfo(Duration connect_limit) const;
};

/// A result as text; a missing value is NULL.
struct Rows {
  std::vector<std::string> columns;
  std::vector<std::vector<std::optional<std::string>>> rows;
  std::int64_t affected = 0;  ///< rows inserted, updated or deleted

  /// The single value of the first row and column; empty for NULL or no row.
  [[nodiscard]] std::string scalar() const;
};

/// One connection on the loop; one statement at a time. Not reconnected: a lost connection stays lost.
class AsyncConnection {
 public:
  /// Errors: unreachable (transport, with libpq's text), postgres (the server refused; code = SQLSTATE),
  /// timeout.
  [[nodiscard]] static Task<Result<std::unique_ptr<AsyncConnection>>> connect(ConnectionParameters parameters,
                                                                              Duration limit);
  virtual ~AsyncConnection() = default;
  /// One statement with text parameters ($1, $2, ...). After a time-out or a lost connection the connection
  /// is `broken()` and the effect of the statement is unknown.
  [[nodiscard]] virtual Task<Result<Rows>> query(std::string sql,
                                                 std::vector<std::optional<std::string>> parameters,
                                                 Duration limit) = 0;
  [[nodiscard]] virtual bool broken() const = 0;
  [[nodiscard]] virtual int backend_pid() const = 0;
};

/// Runs `work` in one transaction on a connection of its own, on the blocking pool: repeatable read and
/// read-only unless `writable`; search_path and the settings that `::text` depends on are pinned. Errors and
/// their codes are AsyncConnection's; a lost connection is one, as libpqxx's silent reconnection is off.
/// statement_timeout is `limit`; the whole, connecting included, ends within `limit` and two seconds, also
/// when the server is frozen (timeout).
[[nodiscard]] Task<Result<>> in_transaction(ConnectionParameters parameters, Duration limit, bool writable,
                                            std::function<Result<>(pqxx::transaction_base&)> work);

/// The same for a thread that may block.
[[nodiscard]] Result<> transaction_blocking(ConnectionParameters parameters, Duration limit, bool writable,
                                            std::function<Result<>(pqxx::transaction_base&)> work);

/// The settings that the content of a snapshot depends on, for a transaction that was begun otherwise: "SET
/// LOCAL ..."
[[nodiscard]] std::string_view pinned_session_settings();

/// Quotes an identifier or a literal, for statements that cannot take parameters.
[[nodiscard]] std::string quote_identifier(std::string_view name);
[[nodiscard]] std::string quote_literal(std::string_view text);

/// Why a transport failed, from libpq's text: "refused", "lost", "dns", "tls", "no-route", "timeout" or
/// "other". It is the `code` of errors of kind unreachable.
[[nodiscard]] std::string transport_cause(std::string_view text);

/// How an error looks to whoever counts them: "transport", "timeout", or the SQLSTATE class ("57", "08",
/// "53"...).
[[nodiscard]] std::string error_class(Error const& error);

}  // namespace pgdrill::postgres
