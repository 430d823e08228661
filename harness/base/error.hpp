// Failures as values. Every failure that reaches a user says what failed, where, why and what to do.
#pragma once
#include <string>
#include <tl/expected.hpp>

namespace pgdrill {

/// What sort of failure it is; decides the exit code and whether trying again makes sense.
enum class ErrorKind {
  usage,        ///< the user's command line or scenario is wrong
  unreachable,  ///< cluster, database or file system could not be reached
  refused,      ///< somebody said no: RBAC, a missing opt-in label, a lock held by another run
  not_found,
  conflict,   ///< resourceVersion conflict, or the object is there already
  gone,       ///< HTTP 410: the resourceVersion is too old
  invalid,    ///< the server found the content wrong (HTTP 400, 422)
  timeout,    ///< a deadline passed; the effect is unknown
  postgres,   ///< PostgreSQL answered with an error; `code` is the SQLSTATE
  io,         ///< file or process failed here
  cancelled,  ///< we stopped it ourselves
  internal,   ///< a bug of ours
};

struct Error {
  ErrorKind kind = ErrorKind::internal;
  std::string what;   ///< what failed, e.g. "cannot create Cluster"
  std::string where;  ///< file:line:col, "Cluster develop/orders", or "orders-rw:5432"
  std::string why;    ///< the cause, in the words of who refused
  std::string todo;   ///< what the user can do; may be empty
  std::string code;   ///< SQLSTATE, or the reason of a Kubernetes Status ("NotFound"); may be empty
  int status = 0;     ///< HTTP status of an API answer, 0 for none
};

template <class T = void>
using Result = tl::expected<T, Error>;

/// Makes a failed Result: `return fail({.kind = ErrorKind::io, .what = "..."});`
[[nodiscard]] inline tl::unexpected<Error> fail(Error error) { return tl::make_unexpected(std::move(error)); }

/// One or more lines for a person: "what: why (where)\n  to mend it: todo".
[[nodiscard]] std::string describe(Error const& error);

/// The stable name of a kind, as it stands in the journal ("unreachable", "timeout", ...).
[[nodiscard]] std::string_view name_of(ErrorKind kind);

}  // namespace pgdrill

// Leaves the function with the error of a failed Result: TRY(auto x, call()); TRY_VOID(call());
// Works with `co_await` inside a coroutine as CO_TRY and CO_TRY_VOID.
#define PGDRILL_JOIN_(a, b) a##b
#define PGDRILL_JOIN(a, b) PGDRILL_JOIN_(a, b)
#define PGDRILL_TRY_(temporary, target, call, leave)                         \
  auto temporary = (call);                                                   \
  if (!temporary) leave ::tl::make_unexpected(std::move(temporary).error()); \
  target = *std::move(temporary)
#define TRY(target, call) PGDRILL_TRY_(PGDRILL_JOIN(try_result_, __LINE__), target, call, return)
#define CO_TRY(target, call) PGDRILL_TRY_(PGDRILL_JOIN(try_result_, __LINE__), target, call, co_return)
#define PGDRILL_TRY_VOID_(temporary, call, leave) \
  if (auto temporary = (call); !temporary) leave ::tl::make_unexpected(std::move(temporary).error())
#define TRY_VOID(call) PGDRILL_TRY_VOID_(PGDRILL_JOIN(try_result_, __LINE__), call, return)
#define CO_TRY_VOID(call) PGDRILL_TRY_VOID_(PGDRILL_JOIN(try_result_, __LINE__), call, co_return)
