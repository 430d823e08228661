// Connection strings of users: postgresql://user:password@host:port/database?sslmode=..., or libpq's
// key=value form. https://www.postgresql.org/docs/15/libpq-connect.html#LIBPQ-CONNSTRING
#pragma once
#include <string>
#include <string_view>

#include "harness/postgres/connection.hpp"

namespace pgdrill::postgres {

/// Whether a text is a connection string rather than the name of a database.
[[nodiscard]] bool is_connection_string(std::string_view text);

/// Reads host, hostaddr, port, user, password, dbname, sslmode and application_name; what is not given comes
/// from libpq's environment (PGHOST, PGUSER, PGPASSWORD, ...) and, for the password, from ~/.pgpass. Error:
/// usage; it never repeats the string, which may hold a password.
[[nodiscard]] Result<ConnectionParameters> parse_connection_string(std::string const& text);

}  // namespace pgdrill::postgres
