// Undo by dropping the drill's own schema. A cluster that is gone has no schema.
#include "harness/engine/undo_records.hpp"
#include "harness/postgres/connection.hpp"

namespace pgdrill::engine {

namespace {

class DropSchema : public UndoKind {
 public:
  Task<Result<>> undo(UndoContext& context, json::object const& record) override {
    json::value const whole(record);
    std::string const cluster = get_string(whole, "cluster");
    std::string const schema = get_string(whole, "schema");
    if (cluster.empty() || schema.empty()) {
      co_return fail(
          {.kind = ErrorKind::invalid, .what = "cannot read an undo record", .why = "it names no schema"});
    }
    Result<json::value> const exists = co_await context.kube->get({kube::cluster_type, context.ns, cluster});
    if (!exists && exists.error().kind == ErrorKind::not_found) co_return Result<>();
    // A probe of a killed run may still hold a lock for a moment; it must not hold this up for ever. Copies
    // of tables that could not be put back are the only way back: they stay.
    std::string const name = postgres::quote_literal(schema);
    std::string const sql =
        "SET lock_timeout = '10s'; SET client_min_messages = warning; DO $drop$ BEGIN "
        "IF EXISTS (SELECT FROM pg_class WHERE relnamespace = to_regnamespace(" +
        name +
        ") AND relname LIKE 'saved %') THEN "
        "RAISE EXCEPTION 'it still holds saved tables' USING HINT = 'put the tables back first'; END IF; "
        "EXECUTE format('DROP SCHEMA IF EXISTS %I CASCADE', " +
        name + "::text); END $drop$";
    Result<std::string> const dropped =
        co_await context.databases.superuser(cluster, get_string(whole, "database"), sql);
    if (!dropped) co_return tl::make_unexpected(dropped.error());
    co_return Result<>();
  }
};

RegisterUndo<DropSchema> const registered("drop-schema");

}  // namespace

}  // namespace pgdrill::engine
