// What a live database tells of tables, types, sizes and dependants. Read-only, one snapshot.
#pragma once
#include "harness/migrations/review/schema.hpp"
#include "harness/postgres/connection.hpp"

namespace pgdrill::review {

struct Catalogue {
  Schema schema;
  int major = 15;  ///< of the server
  int minor = -1;
  std::vector<std::string> search_path{"public"};  ///< of the role that asked; schemas that are there
};

/// Reads everything outside PostgreSQL's own schemas. Errors: those of in_transaction().
[[nodiscard]] Task<Result<Catalogue>> read_catalogue(postgres::ConnectionParameters database);

}  // namespace pgdrill::review
