// Undo of a migration's damage: the tables that were saved before it get their rows back.
//
//   restore-tables  {cluster, database}
#include "harness/engine/undo.hpp"
#include "harness/steps/saved_tables.hpp"

namespace pgdrill::steps {

namespace {

class RestoreTables final : public engine::UndoKind {
 public:
  Task<Result<>> undo(engine::UndoContext& context, json::object const& record) override {
    json::value const whole(record);
    std::string const cluster = get_string(whole, "cluster");
    if (cluster.empty()) {
      co_return fail(
          {.kind = ErrorKind::invalid, .what = "cannot read an undo record", .why = "it names no Cluster"});
    }
    Result<json::value> const exists = co_await context.kube->get({kube::cluster_type, context.ns, cluster});
    if (!exists && exists.error().kind == ErrorKind::not_found) co_return Result<>();
    co_return co_await restore_tables(context.databases, cluster, get_string(whole, "database"));
  }
};

engine::RegisterUndo<RestoreTables> const registered("restore-tables");

}  // namespace

}  // namespace pgdrill::steps
