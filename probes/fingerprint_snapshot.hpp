// The schema as facts: what is captured, how two captures are compared, and the DDL that leads back.
#pragma once
#include "harness/engine/registry.hpp"

namespace pqxx {
class transaction_base;
}

namespace pgdrill::probes {

/// {algorithm, server_major, objects: {"column": {"public.orders.total": {type, nullable, ...}}, ...}}. The
/// transaction has the settings of postgres::in_transaction.
[[nodiscard]] Result<json::object> read_fingerprint(pqxx::transaction_base& transaction);
/// In a transaction of its own. Errors: those of postgres::in_transaction.
[[nodiscard]] Task<Result<json::object>> capture_fingerprint(postgres::ConnectionParameters database,
                                                             Duration within);

/// In the order of their objects. What goes or comes with its table is told by the table alone.
[[nodiscard]] std::vector<engine::Difference> compare_fingerprints(json::object const& before,
                                                                   json::object const& after);

[[nodiscard]] std::string to_upper(std::string text);

/// One object of a snapshot.
struct CatalogueObject {
  std::string kind;      ///< "column"
  std::string identity;  ///< public.orders.total
  json::object const* attributes = nullptr;
};

/// "public.orders" and "total": a quoted name is one part. The whole is empty when there is one part.
struct NameParts {
  std::string whole;
  std::string part;
};
[[nodiscard]] NameParts split_identity(std::string_view identity);

/// DDL that makes the object again, drops it, or gives an attribute its old value; empty when nobody can know
/// it from a catalogue. `snapshot` is the one that holds the object: a table is made with its columns,
/// constraints and indexes.
[[nodiscard]] std::string make_again(CatalogueObject const& object, json::object const& snapshot);
[[nodiscard]] std::string drop_again(CatalogueObject const& object);
/// The same for what belongs to the whole database or server: roles, settings, default privileges,
/// publications, subscriptions, event triggers.
[[nodiscard]] std::string make_in_database(CatalogueObject const& object);
[[nodiscard]] std::string drop_in_database(CatalogueObject const& object);
[[nodiscard]] std::string set_back_in_database(CatalogueObject const& before, std::string_view attribute,
                                               json::value const* was, json::value const* is);
/// Rights that came or went: the differences of two lists.
struct GrantChange {
  std::string privilege;
  std::string grantee;
  bool give = false;  ///< else it is taken away
  bool with_option = false;
};
/// @param owner a change of whose rights moves others: then all are given again, which is harmless
[[nodiscard]] std::vector<GrantChange> grant_changes(json::value const* was, json::value const* is,
                                                     std::string const& owner);
/// @param before the object as it was; `was` and `is` may be null
[[nodiscard]] std::string set_back(CatalogueObject const& before, std::string_view attribute,
                                   json::value const* was, json::value const* is);

}  // namespace pgdrill::probes
