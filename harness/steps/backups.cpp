#include "harness/steps/backups.hpp"

#include "harness/engine/undo_records.hpp"

namespace pgdrill::steps {

Task<Result<std::string>> take_backup(engine::RunContext& context, std::string cluster) {
  std::string const name = engine::name_for_run(cluster, context.run_id);
  kube::ObjectRef const ref{kube::backup_type, context.target.ns, name};
  CO_TRY_VOID(co_await context.undo.announce(engine::undo_by_delete(ref)));
  CO_TRY(json::value const object,
         co_await context.kube->get({kube::cluster_type, context.target.ns, cluster}));
  json::object spec{{"cluster", {{"name", cluster}}}, {"target", "primary"}};
  bool const native = find(object, "spec.backup.barmanObjectStore") != nullptr;
  spec["method"] = native ? "barmanObjectStore" : "plugin";
  if (!native) spec["pluginConfiguration"] = {{"name", "barman-cloud.cloudnative-pg.io"}};
  kube::Object backup{
      {"metadata", {{"name", name}, {"labels", {{std::string(engine::run_label), context.run_id}}}}},
      {"spec", std::move(spec)}};
  CO_TRY_VOID(co_await context.kube->create(kube::backup_type, context.target.ns, std::move(backup)));
  co_return name;
}

Task<Result<cnpg::BackupView>> wait_completed(engine::RunContext& context, std::string name, TimeLeft time) {
  kube::ObjectRef const ref{kube::backup_type, context.target.ns, name};
  auto const ended = [](json::value const* object) {
    if (object == nullptr) return false;
    cnpg::BackupView const view = cnpg::view_backup(*object);
    return view.completed || view.phase == "failed" || view.blocks_others;
  };
  CO_TRY(json::value const object,
         co_await kube::wait_for(*context.kube, ref, ended, time.left(), "Backup " + name + " does not end"));
  cnpg::BackupView backup = cnpg::view_backup(object);
  if (backup.completed) co_return backup;
  co_return fail({.kind = ErrorKind::refused,
                  .what = "Backup " + name + " failed",
                  .where = ref.text(),
                  .why = backup.error.empty() ? "its phase is '" + backup.phase + "'" : backup.error,
                  .todo = "mend the archive, then delete this Backup"});
}

}  // namespace pgdrill::steps
