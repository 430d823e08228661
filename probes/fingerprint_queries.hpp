// The catalogue queries of the schema fingerprint.
#pragma once
#include <string>
#include <vector>

namespace pgdrill::probes {

/// One kind of object: a query that gives each object's identity and a JSON object of its attributes.
struct CatalogueQuery {
  std::string kind;  ///< "table", "column": the first word of an object's name
  std::string sql;
};

/// Queries for PostgreSQL 14 and later; they expect search_path = pg_catalog, so that every name is
/// qualified.
[[nodiscard]] std::vector<CatalogueQuery> catalogue_queries();

}  // namespace pgdrill::probes
