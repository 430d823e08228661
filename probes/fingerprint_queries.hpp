// The catalogue queries of the schema fingerprint.
#pragma once
#include <string>
#include <vector>

namespace pgdrill::probes {

/// One kind of object: a query that gives each object's identity and a JSON object of its attributes.
/// Identities are quoted as in SQL: "public.orders", "public.orders.total" (what belongs to a table or domain
/// comes after it). The attribute "table" of what lives beside its table (index, sequence) names that table.
struct CatalogueQuery {
  std::string kind;  ///< "table", "column": the first words of an object's name
  std::string sql;
  int from_major = 0;   ///< first server version that has its catalogues
  int to_major = 1000;  ///< last one
};

/// Queries for PostgreSQL 14 and later; they expect search_path = pg_catalog, so that every name is
/// qualified.
[[nodiscard]] std::vector<CatalogueQuery> catalogue_queries();

// Their parts, by subject.
[[nodiscard]] std::vector<CatalogueQuery> table_queries();
[[nodiscard]] std::vector<CatalogueQuery> routine_queries();
[[nodiscard]] std::vector<CatalogueQuery> type_queries();
[[nodiscard]] std::vector<CatalogueQuery> database_queries();
[[nodiscard]] std::vector<CatalogueQuery> replication_queries();
[[nodiscard]] std::vector<CatalogueQuery> installed_queries();

// Fragments of SQL that they share.

/// Schemas of users: not pgdrill's own, not the system's.
inline constexpr char const* user_schema =
    "n.nspname NOT IN ('pgdrill', 'information_schema') AND n.nspname !~ '^pg_'";
/// Objects that belong to an extension are told by its version.
[[nodiscard]] std::string not_of_extension(std::string const& catalogue, std::string const& oid);
/// "reader:SELECT, writer:INSERT*" in a canonical order; a grant with the right to grant it on has a star.
[[nodiscard]] std::string listed_grants(std::string const& acl);
/// The same for an object's access list, whose NULL means the default one of that kind of object.
[[nodiscard]] std::string grants(std::string const& acl, char kind, std::string const& owner);
/// 'comment' and its value for an object of a catalogue, as a part of json_build_object.
[[nodiscard]] std::string comment(std::string const& catalogue, std::string const& oid);

}  // namespace pgdrill::probes
