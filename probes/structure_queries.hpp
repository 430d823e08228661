// What may be structurally wrong in a database: a query or a scan for each.
#pragma once
#include <string>
#include <vector>

#include "harness/base/error.hpp"
#include "harness/base/json.hpp"
#include "harness/base/task.hpp"
#include "harness/postgres/connection.hpp"

namespace pqxx {
class transaction_base;
}

namespace pgdrill::probes {

/// Something wrong in one place.
struct StructuralFault {
  std::string check;   ///< "sequence behind": the kind of fault
  std::string object;  ///< "sequence public.orders_id_seq"
  std::string what;    ///< "next value 5 was given out before: max(id) is 90"
  std::int64_t count = 1;
  std::string mend;  ///< SQL that would mend it; may be empty
};

struct StructureReading {
  std::vector<StructuralFault> faults;
  std::vector<std::string>
      not_examined;  ///< what could not be looked at, with the reason: no proof of anything
  /// Objects of advisory locks that are held, also by sessions at work: an application's own are no fault
  /// later when its session happens to rest.
  std::vector<std::string> held;
};

/// What entries of `not_examined` begin with that the superuser can examine.
inline constexpr std::string_view amcheck_subject = "indexes and heaps by amcheck";
inline constexpr std::string_view sessions_subject = "locks of sessions of other roles";
/// A session is idle in the middle of its work for moments only.
inline constexpr Duration left_idle = std::chrono::seconds(10);

// Each looks at one subject. The transaction has the settings of postgres::in_transaction.
[[nodiscard]] Result<> find_sequences_behind(pqxx::transaction_base& transaction, StructureReading& into);
[[nodiscard]] Result<> find_orphans(pqxx::transaction_base& transaction, StructureReading& into);
[[nodiscard]] Result<> find_check_violations(pqxx::transaction_base& transaction, StructureReading& into);
[[nodiscard]] Result<> find_nulls(pqxx::transaction_base& transaction, StructureReading& into);
[[nodiscard]] Result<> find_duplicates(pqxx::transaction_base& transaction, StructureReading& into);
[[nodiscard]] Result<> find_unfinished_objects(pqxx::transaction_base& transaction, StructureReading& into);
/// @param idle_from how long a session must have been idle in its transaction for its locks to be left ones
[[nodiscard]] Result<> find_leftovers(pqxx::transaction_base& transaction, StructureReading& into,
                                      Duration idle_from = left_idle);
[[nodiscard]] Result<> find_failed_histories(pqxx::transaction_base& transaction, StructureReading& into);
/// By amcheck, which is installed for the time of the look where it is not: needs a writable transaction, and
/// the right to call its functions or to install it.
/// @param limit relations that are not reached in that time are told as not examined
[[nodiscard]] Result<> find_corruption(pqxx::transaction_base& transaction, StructureReading& into,
                                       Duration limit);
/// The same as SQL, one value as its answer, and what the answer says: for psql as the superuser.
[[nodiscard]] std::string corruption_sql(Duration limit);
[[nodiscard]] Result<> add_corruption(std::string const& answer, StructureReading& into);
/// Locks that sessions keep although they do nothing; one value. The role sees other roles' sessions only as
/// a superuser or a member of pg_read_all_stats.
[[nodiscard]] std::string locks_left_sql(Duration idle_from);
[[nodiscard]] Result<> add_locks(std::string const& answer, StructureReading& into);

/// All of the above but amcheck, in one transaction.
[[nodiscard]] Result<StructureReading> read_structure(pqxx::transaction_base& transaction);

/// All of the above in transactions of their own, each within `within`. Errors: those of
/// postgres::in_transaction; amcheck that could not be run to its end is told as not examined.
[[nodiscard]] Task<Result<json::object>> capture_structure(postgres::ConnectionParameters database,
                                                           Duration within);

/// {algorithm, faults: [{check, object, what, count, mend}], not_examined: [text]}
[[nodiscard]] json::object to_json(StructureReading const& reading);

}  // namespace pgdrill::probes
