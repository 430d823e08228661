// Statements that nobody waits for any more: https://www.postgresql.org/docs/15/libpq-cancel.html.
#pragma once

using PGconn = struct pg_conn;

namespace pgdrill::postgres {

/// Asks the server to give up what `connection` runs, and returns at once. Without it a statement that waits
/// for a lock would stay in the server after its client has gone, and a client that tries again and again
/// would fill the server with them. libpq waits for the server to close the request's connection, which a
/// frozen one does not: so a thread of its own waits, at most `most_requests` of them; further requests are
/// not made, since a server that leaves so many unanswered would not hear them either.
void request_cancel(PGconn* connection);

inline constexpr int most_requests = 16;

}  // namespace pgdrill::postgres
