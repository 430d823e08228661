#include "harness/steps/markers.hpp"

#include "harness/base/text.hpp"
#include "harness/engine/undo_records.hpp"
#include "harness/steps/waiting.hpp"

namespace pgdrill::steps {

namespace {

// Probes that make their tables in the same schema announce its undo under the same fact.
constexpr char const* announced = "undo:drop-schema";

/// "public.schema_migrations" with each part quoted.
std::string quote_qualified(std::string const& table) {
  std::vector<std::string> parts = split(table, '.');
  for (std::string& part : parts) part = postgres::quote_identifier(part);
  return join(parts, ".");
}

}  // namespace

Markers marker_names(std::string const& target) { return {target + " M1", target + " M2"}; }

Task<Result<>> make_markers(engine::RunContext& context) {
  if (!context.facts.contains(announced)) {
    CO_TRY_VOID(co_await context.undo.announce(
        engine::undo_by_drop_schema(context.target.cluster, context.target.database, "pgdrill")));
    context.facts[announced] = true;
  }
  CO_TRY_VOID(
      co_await ask(context, context.target.cluster,
                   "SET client_min_messages = warning; CREATE SCHEMA IF NOT EXISTS pgdrill; "
                   "CREATE TABLE IF NOT EXISTS pgdrill.markers (run text NOT NULL, name text NOT NULL, "
                   "at timestamptz NOT NULL DEFAULT clock_timestamp(), PRIMARY KEY (run, name)); "
                   "GRANT USAGE ON SCHEMA pgdrill TO PUBLIC; "
                   "GRANT SELECT ON pgdrill.markers TO PUBLIC"));
  co_return Result<>();
}

Task<Result<>> write_marker(engine::RunContext& context, std::string cluster, std::string name) {
  std::string const row = postgres::quote_literal(context.run_id) + ", " + postgres::quote_literal(name);
  CO_TRY_VOID(
      co_await ask(context, cluster,
                   "INSERT INTO pgdrill.markers (run, name) VALUES (" + row + ") ON CONFLICT DO NOTHING"));
  co_return Result<>();
}

std::string markers_sql(std::string const& run_id) {
  return "SELECT name FROM pgdrill.markers WHERE run = " + postgres::quote_literal(run_id) + " ORDER BY name";
}

Task<Result<std::string>> read_history(engine::RunContext& context, std::string cluster, std::string table) {
  std::string const exists = "SELECT to_regclass(" + postgres::quote_literal(table) + ") IS NOT NULL";
  CO_TRY(std::string const there, co_await ask(context, cluster, exists));
  if (there != "t") co_return std::string();
  co_return co_await ask(
      context, cluster,
      "SELECT coalesce(json_agg(t ORDER BY t::text)::text, '[]') FROM " + quote_qualified(table) + " t");
}

}  // namespace pgdrill::steps
