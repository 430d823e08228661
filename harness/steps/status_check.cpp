// Is there something to roll back to? Cluster healthy, archiving continuous, a backup completed and its last
// WAL archived. Takes a backup of its own when there is none.
#include <algorithm>

#include "harness/base/text.hpp"
#include "harness/cnpg/cluster_view.hpp"
#include "harness/cnpg/retention.hpp"
#include "harness/cnpg/wal.hpp"
#include "harness/engine/facts.hpp"
#include "harness/steps/archive_proof.hpp"
#include "harness/steps/backups.hpp"
#include "harness/steps/waiting.hpp"

namespace pgdrill::steps {

namespace {

using engine::RunContext;
using engine::StepOutcome;

/// What a rollback's time depends on, as far as the Cluster tells it; what it does not tell is left out.
void describe_environment(json::object& environment, json::value const& cluster) {
  for (auto const& [name, path] : {std::pair{"cnpg", "status.cloudNativePGCommitHash"},
                                   {"image", "status.image"},
                                   {"storage_class", "spec.storage.storageClass"},
                                   {"storage_size", "spec.storage.size"},
                                   {"archive_timeout", "spec.postgresql.parameters.archive_timeout"}}) {
    std::string const value = get_string(cluster, path);
    if (!value.empty()) environment[name] = value;
  }
}

/// Runs on data of like size are comparable; a size that grows a little must not make them strangers.
std::string size_class(std::string const& bytes) {
  return "under 1e" + std::to_string(bytes.size()) + " bytes";
}

constexpr char const* healthy_check = "cluster-healthy";
constexpr char const* usable_check = "backup-usable";
std::string ready_check(std::string const& kustomization) { return "kustomization-ready " + kustomization; }

class StatusCheck final : public engine::Step {
 public:
  static scenario::Declaration describe() {
    return {
        .name = "status-check",
        .summary = "Waits until the Cluster is healthy, archives WAL, and has a backup that can be restored",
        .parameters =
            {{"kustomizations", scenario::ParameterType::text_list, false, "[]",
              "Flux Kustomizations that must be Ready, so that no migration is still running"},
             {"fetched_segments", scenario::ParameterType::integer, false, "1024",
              "How many WAL segments may be fetched from the object store to prove that they are there: the "
              "backup's, the newest, then those between; what they leave out is named in the verdict, and "
              "if it is the backup's own the check is undecided; 0: none"},
             {"fetch_time", scenario::ParameterType::duration, false, "20s",
              "How long they may be fetched, and no longer than half of what is left of the step; the "
              "backup's are fetched in any case"},
             {"every_segment", scenario::ParameterType::boolean, false, "false",
              "Whether each segment must have been fetched: what the limits leave out makes the run "
              "inconclusive"}},
        .permissions = {{"kustomize.toolkit.fluxcd.io", {"kustomizations"}, {"get", "list", "watch"}},
                        {"postgresql.cnpg.io", {"clusters"}, {"get", "list", "watch"}},
                        {"postgresql.cnpg.io", {"backups"}, {"get", "list", "watch", "create", "delete"}},
                        {"barmancloud.cnpg.io", {"objectstores"}, {"get"}},
                        {"", {"pods/exec"}, {"get", "create"}}},
        .effect = "takes a Backup when none can be restored",
        .witness = "the Backup is completed and its last WAL segment is archived",
        .undo = "deletes its own Backup object",
        .longest = std::chrono::minutes(5)};
  }

  bool observed() const override { return false; }

  /// Most namespaces have a Backup.
  bool always_acts(scenario::StepSpec const&) const override { return false; }

  std::vector<std::string> checks(scenario::StepSpec const& spec, scenario::Scenario const&) const override {
    std::vector<std::string> names{healthy_check};
    for (std::string const& kustomization : spec.parameters.texts("kustomizations"))
      names.push_back(ready_check(kustomization));
    names.insert(names.end(), {usable_check, archive_check});
    return names;
  }

  Task<Result<StepOutcome>> run(RunContext& context, scenario::StepSpec const& spec) override {
    TimeLeft const time(spec.timeout);
    std::string const& name = context.target.cluster;
    CO_TRY(cnpg::ClusterView const cluster, co_await wait_healthy(context, spec.id, time));
    if (!cluster.backup_configured) {
      co_return fail({.kind = ErrorKind::refused,
                      .what = "Cluster " + name + " cannot be restored",
                      .where = "Cluster " + context.target.ns + "/" + name,
                      .why = "it has neither spec.backup.barmanObjectStore nor a plugin that archives WAL",
                      .todo = "configure an object store for it"});
    }
    context.check(healthy_check, "archive", spec.id, true, "healthy, Ready, ContinuousArchiving",
                  cluster.phase);
    for (std::string const& kustomization : spec.parameters.texts("kustomizations")) {
      context.waiting(spec.id, "Kustomization " + kustomization + " to be Ready");
      CO_TRY(std::string const revision, co_await wait_applied(context, kustomization, time));
      context.check(ready_check(kustomization), "archive", spec.id, true, "Ready", revision);
    }
    CO_TRY(cnpg::BackupView const backup, co_await usable_backup(context, spec.id, cluster.timeline, time));
    context.check(usable_check, "backup", spec.id, true, "completed, its last WAL archived",
                  backup.name + " ends with " + backup.end_wal + ", archived");
    CO_TRY(ArchiveProof const proof,
           co_await look_into_store(
               context, backup,
               {.segments = spec.parameters.integer("fetched_segments"),
                .time = std::min(spec.parameters.duration("fetch_time"), time.left() / 2)}));
    bool const there = check_archive(context, spec.id, proof, spec.parameters.boolean("every_segment"));
    CO_TRY_VOID(co_await record(context, cluster, backup));
    co_return StepOutcome{
        .passed = there,
        .outputs = {{"backup", backup.name}, {"backup_id", backup.backup_id}, {"store", proof.text()}}};
  }

 private:
  /// Gives the applied revision.
  static Task<Result<std::string>> wait_applied(RunContext& context, std::string name, TimeLeft time) {
    kube::ObjectRef const ref{kube::kustomization_type, context.target.ns, std::move(name)};
    auto const applied = [](json::value const* object) {
      json::value const* const ready = object == nullptr ? nullptr : kube::condition_of(*object, "Ready");
      return ready != nullptr && get_string(*ready, "status") == "True" &&
             get_int(*object, "metadata.generation") == get_int(*object, "status.observedGeneration", -1);
    };
    CO_TRY(json::value const object, co_await kube::wait_for(*context.kube, ref, applied, time.left(),
                                                             "Kustomization " + ref.name + " is not Ready"));
    co_return get_string(object, "status.lastAppliedRevision");
  }

  static Task<Result<cnpg::ClusterView>> wait_healthy(RunContext& context, std::string step, TimeLeft time) {
    kube::ObjectRef const ref{kube::cluster_type, context.target.ns, context.target.cluster};
    auto const healthy = [&context, &step, &ref](json::value const* object) {
      if (object == nullptr) {  // perhaps it is being made
        context.waiting(step, ref.text() + " to be made", "there is no such object");
        return false;
      }
      cnpg::ClusterView const view = cnpg::view_cluster(*object);
      context.waiting(step, ref.text() + " to be healthy and to archive", view.phase);
      return view.healthy && view.ready.holds && (view.archiving.holds || !view.backup_configured);
    };
    Result<json::value> const object = co_await kube::wait_for(*context.kube, ref, healthy, time.left(),
                                                               "Cluster " + ref.name + " is not healthy");
    if (!object) co_return fail(co_await with_remedy(context, object.error()));
    co_return cnpg::view_cluster(*object);
  }

  /// A name that nobody has is told with those that there are.
  static Task<Error> with_remedy(RunContext& context, Error error) {
    Result<kube::ObjectList> const listed =
        co_await context.kube->list(kube::cluster_type, context.target.ns);
    if (!listed || error.kind != ErrorKind::timeout) co_return error;
    std::vector<std::string> names;
    for (json::value const& cluster : listed->items) names.push_back(kube::name_of(cluster));
    bool const there = std::find(names.begin(), names.end(), context.target.cluster) != names.end();
    std::string const all = names.empty() ? "none" : join(names, ", ");
    error.todo = there ? "kubectl describe cluster " + context.target.cluster + " -n " + context.target.ns
                       : "set target.cluster; the namespace has " + all;
    co_return error;
  }

  static Task<Result<std::vector<cnpg::BackupView>>> list_backups(RunContext& context) {
    CO_TRY(kube::ObjectList const listed, co_await context.kube->list(kube::backup_type, context.target.ns));
    co_return cnpg::backups_of(context.target.cluster, listed.items);
  }

  /// The newest completed backup of the timeline that is written now; waits for one that is under way, takes
  /// one when there is none. Of an older timeline nobody tells any more whether its last WAL was archived.
  static Task<Result<cnpg::BackupView>> usable_backup(RunContext& context, std::string step,
                                                      std::int64_t timeline, TimeLeft time) {
    CO_TRY(std::vector<cnpg::BackupView> const backups, co_await list_backups(context));
    std::string chosen;
    std::string under_way;
    for (cnpg::BackupView const& backup : backups) {
      if (backup.completed) {
        auto const end = cnpg::parse_wal(backup.end_wal);
        bool const current = timeline == 0 || (end && end->timeline == timeline);
        if (current) chosen = backup.name;
      } else if (backup.blocks_others) {
        co_return fail(
            {.kind = ErrorKind::refused,
             .what = "no Backup can be taken",
             .where = "Backup " + context.target.ns + "/" + backup.name,
             .why = "it is left in phase '" + backup.phase + "', which keeps all later ones pending",
             .todo = "kubectl delete backup " + backup.name + " -n " + context.target.ns});
      } else if (backup.phase != "failed") {
        under_way = backup.name;
      }
    }
    if (chosen.empty()) chosen = under_way;
    bool const taken = chosen.empty();
    if (taken) {
      CO_TRY(chosen, co_await take_backup(context, context.target.cluster));
    }
    context.waiting(step, "Backup " + chosen + " to complete");
    CO_TRY(cnpg::BackupView const backup, co_await wait_completed(context, chosen, time));
    Result<std::string> const last = co_await ask(
        context, context.target.cluster, "SELECT coalesce(last_archived_wal, '') FROM pg_stat_archiver");
    if (last && !cnpg::archived(backup.end_wal, *last)) {
      // A backup of a standby does not switch WAL: without this its end waits for archive_timeout.
      CO_TRY_VOID(co_await ask(context, context.target.cluster, "CHECKPOINT"));
      CO_TRY_VOID(co_await ask(context, context.target.cluster, "SELECT pg_switch_wal()"));
    }
    context.waiting(step, "WAL segment " + backup.end_wal + " to be archived");
    CO_TRY_VOID(co_await wait_archived(context, context.target.cluster, backup.end_wal, time));
    if (taken)
      context.witness(step,
                      {.seen = true,
                       .channel = "pg_stat_archiver of Cluster " + context.target.cluster,
                       .expected = "segment " + backup.end_wal + " of Backup " + chosen + " is archived",
                       .observed = "it is"});
    co_return backup;
  }

  /// From the backup's first segment to the last one that is archived.
  static Task<Result<ArchiveProof>> look_into_store(RunContext& context, cnpg::BackupView backup,
                                                    ProofLimits limits) {
    CO_TRY(std::string last, co_await ask(context, context.target.cluster,
                                          "SELECT coalesce(last_archived_wal, '') FROM pg_stat_archiver"));
    if (!cnpg::archived(backup.end_wal, last)) last = backup.end_wal;
    co_return co_await prove_archive(context, context.target.cluster, backup.begin_wal, backup.end_wal, last,
                                     limits);
  }

  static Task<Result<>> record(RunContext& context, cnpg::ClusterView cluster, cnpg::BackupView backup) {
    CO_TRY(std::string const server,
           co_await ask(context, context.target.cluster,
                        "SELECT pg_database_size(current_database()), current_setting('server_version')"));
    auto const bar = server.find('|');
    std::string const postgres = server.substr(bar + 1);
    Result<json::value> const version = co_await context.kube->raw_get("/version");
    std::string const kubernetes = version ? get_string(*version, "gitVersion") : std::string();
    kube::ObjectRef const ref{kube::cluster_type, context.target.ns, context.target.cluster};
    CO_TRY(json::value const object, co_await context.kube->get(ref));
    json::object environment{{"postgres", postgres}, {"kubernetes", kubernetes}};
    describe_environment(environment, object);
    environment["size_class"] = size_class(server.substr(0, bar));
    context.fact("environment", std::move(environment));
    cnpg::Retention const kept = co_await cnpg::retention_of(context.kube, context.target.ns, object);
    context.fact("cluster-before", {{"name", cluster.name},
                                    {"uid", cluster.uid},
                                    {"system_id", cluster.system_id},
                                    {"primary", cluster.primary},
                                    {"timeline", cluster.timeline},
                                    {"instances", cluster.instances_ready},
                                    {"retention_policy", kept.policy},
                                    {"retention_source", kept.source},
                                    {"retention_unknown", kept.why_not}});
    context.fact(engine::facts::backup, {{"name", backup.name},
                                         {"backup_id", backup.backup_id},
                                         {"begin_wal", backup.begin_wal},
                                         {"end_wal", backup.end_wal},
                                         {"begin_lsn", backup.begin_lsn},
                                         {"end_lsn", backup.end_lsn},
                                         {"stopped_at", backup.stopped_at}});
    co_return Result<>();
  }
};

engine::RegisterStep<StatusCheck> const registered;

}  // namespace

}  // namespace pgdrill::steps
