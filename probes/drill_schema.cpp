#include "probes/drill_schema.hpp"

#include "harness/engine/undo_records.hpp"

namespace pgdrill::probes {

namespace {

constexpr auto limit = std::chrono::seconds(10);
constexpr std::string_view announced = "undo:drop-schema";

Task<Result<>> announce_undo(engine::RunContext& context) {
  if (context.facts.contains(std::string(announced))) co_return Result<>();
  auto record = engine::undo_by_drop_schema(context.target.cluster, context.target.database, "pgdrill");
  CO_TRY_VOID(co_await context.undo.announce(std::move(record)));
  context.facts[std::string(announced)] = true;
  co_return Result<>();
}

Task<Result<>> make_schema(engine::RunContext& context, postgres::AsyncConnection& connection,
                           std::string user) {
  auto exists = co_await connection.query("SELECT to_regnamespace('pgdrill') IS NOT NULL", {}, limit);
  if (!exists) co_return fail(std::move(exists).error());
  if (exists->scalar() == "t") co_return Result<>();
  auto made = co_await connection.query("CREATE SCHEMA IF NOT EXISTS pgdrill", {}, limit);
  if (made) co_return Result<>();
  if (made.error().code != "42501") co_return fail(std::move(made).error());
  std::string const sql =
      "CREATE SCHEMA IF NOT EXISTS pgdrill AUTHORIZATION " + postgres::quote_identifier(user);
  CO_TRY_VOID(co_await context.databases.superuser(context.target.cluster, context.target.database, sql));
  co_return Result<>();
}

}  // namespace

Task<Result<>> prepare_table(engine::RunContext& context, cnpg::Way way, std::string table_sql) {
  CO_TRY(auto parameters, co_await context.databases.reach(std::move(way), context.target.database));
  std::string const user = parameters.user;
  CO_TRY(auto connection, co_await postgres::AsyncConnection::connect(std::move(parameters), limit));
  CO_TRY_VOID(co_await announce_undo(context));
  CO_TRY_VOID(co_await make_schema(context, *connection, user));
  CO_TRY_VOID(co_await connection->query(std::move(table_sql), {}, limit));
  co_return Result<>();
}

}  // namespace pgdrill::probes
