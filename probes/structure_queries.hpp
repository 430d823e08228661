// What may be structurally wrong in a database: a query or a scan for each.
#pragma once
#include <string>
#include <vector>

#include "harness/base/error.hpp"
#include "harness/base/json.hpp"
#include "harness/base/time.hpp"

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
};

// Each looks at one subject. The transaction has the settings of postgres::in_transaction.
[[nodiscard]] Result<> find_sequences_behind(pqxx::transaction_base& transaction, StructureReading& into);
[[nodiscard]] Result<> find_orphans(pqxx::transaction_base& transaction, StructureReading& into);
[[nodiscard]] Result<> find_check_violations(pqxx::transaction_base& transaction, StructureReading& into);
[[nodiscard]] Result<> find_nulls(pqxx::transaction_base& transaction, StructureReading& into);
[[nodiscard]] Result<> find_duplicates(pqxx::transaction_base& transaction, StructureReading& into);
[[nodiscard]] Result<> find_unfinished_objects(pqxx::transaction_base& transaction, StructureReading& into);
/// @param idle_from how long a session must have been idle in its transaction for its locks to be left ones
[[nodiscard]] Result<> find_leftovers(pqxx::transaction_base& transaction, StructureReading& into,
                                      Duration idle_from = std::chrono::seconds(10));
[[nodiscard]] Result<> find_failed_histories(pqxx::transaction_base& transaction, StructureReading& into);
/// Needs the functions of extension amcheck, and the right to call them.
[[nodiscard]] Result<> find_corruption(pqxx::transaction_base& transaction, StructureReading& into);

/// All of the above but amcheck, in one transaction.
[[nodiscard]] Result<StructureReading> read_structure(pqxx::transaction_base& transaction);

/// {algorithm, faults: [{check, object, what, count, mend}], not_examined: [text]}
[[nodiscard]] json::object to_json(StructureReading const& reading);

}  // namespace pgdrill::probes
