// What both kinds of connections need of libpq: its handles, how its errors are told, and connecting.
#pragma once
#include <libpq-fe.h>

#include <memory>

#include "harness/postgres/connection.hpp"

namespace pgdrill::postgres {

struct Finish {
  void operator()(PGconn* connection) const { PQfinish(connection); }
};
using Handle = std::unique_ptr<PGconn, Finish>;

/// Kind unreachable, with libpq's text and its cause as the code.
[[nodiscard]] Error transport_error(PGconn* connection, ConnectionParameters const& parameters,
                                    std::string what);
/// Why a connection could not be made: of kind postgres where the server said so. Needs the verbosity
/// PQERRORS_VERBOSE, since libpq has no field for that SQLSTATE.
[[nodiscard]] Error connect_error(PGconn* connection, ConnectionParameters const& parameters);
/// The host has no address.
[[nodiscard]] Error unknown_host(ConnectionParameters const& parameters, std::string_view why);
/// Whether libpq would have to look the host up, which it cannot do within a deadline.
[[nodiscard]] bool needs_look_up(ConnectionParameters const& parameters);

/// Connects on a thread that may block, until `end` at the latest. Errors as AsyncConnection::connect.
[[nodiscard]] Result<Handle> connect_blocking(ConnectionParameters parameters, Monotonic end);

}  // namespace pgdrill::postgres
