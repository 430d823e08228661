// The schema `pgdrill` in the target database, in which probes keep their own tables.
#pragma once
#include "harness/engine/registry.hpp"

namespace pgdrill::probes {

/// Announces the undo ("drop-schema": {cluster, database, schema}) and makes the schema and a table in it, as
/// the application's role, or as the superuser with a grant when the role may not create schemas.
/// @param table_sql one CREATE TABLE IF NOT EXISTS pgdrill.<table> statement
[[nodiscard]] Task<Result<>> prepare_table(engine::RunContext& context, cnpg::Way way, std::string table_sql);

}  // namespace pgdrill::probes
