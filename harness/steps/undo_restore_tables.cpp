// Undo of a migration's damage: the saved content goes back into the tables. A cluster that is gone has no
// tables.
#include "harness/engine/undo.hpp"
#include "harness/steps/saved_tables.hpp"

namespace pgdrill::steps {

namespace {

class RestoreTables : public engine::UndoKind {
 public:
  Task<Result<>> undo(engine::UndoContext& context, json::object const& record) override {
    json::value const whole(record);
    std::string const cluster = get_string(whole, "cluster");
    if (cluster.empty()) {
      co_return fail(
          {.kind = ErrorKind::invalid, .what = "cannot read an undo record", .why = "it names no cluster"});
    }
    Result<json::value> const exists = co_await context.kube->get({kube::cluster_type, context.ns, cluster});
    if (!exists && exists.error().kind == ErrorKind::not_found) co_return Result<>();
    CO_TRY_VOID(
        co_await context.databases.superuser(cluster, get_string(whole, "database"), restore_tables_sql()));
    co_return Result<>();
  }
};

engine::RegisterUndo<RestoreTables> const registered("restore-tables");

}  // namespace

}  // namespace pgdrill::steps
