// WAL reaches the archive: without it there is no point in time to go back to. The condition alone is no
// proof, since it changes only when an archiving ends (guide of CloudNativePG: "WAL archiving"); PostgreSQL's
// own counters are.
#include "harness/base/text.hpp"
#include "harness/cnpg/cluster_view.hpp"
#include "harness/doctor/target_objects.hpp"

namespace pgdrill::doctor {

namespace {

Task<Findings> examine_archiver(Patient& patient, std::string name) {
  Result<std::string> const answer =
      co_await ask(patient,
                   "SELECT coalesce(last_archived_wal, ''), coalesce(last_failed_wal, ''), "
                   "coalesce(last_failed_time > coalesce(last_archived_time, '-infinity'), false), "
                   "coalesce(extract(epoch FROM clock_timestamp() - last_archived_time)::bigint::text, '') "
                   "FROM pg_stat_archiver");
  if (!answer) co_return Findings{finding_of(answer.error())};
  std::vector<std::string> const fields = split(*answer, '|');
  if (fields.size() < 4)
    co_return Findings{{.status = Status::unknown, .what = "pg_stat_archiver", .why = *answer}};
  if (fields[2] == "t") {
    co_return Findings{{.status = Status::missing,
                        .what = "Cluster " + name + " does not archive WAL",
                        .why = "archiving of " + fields[1] +
                               " fails, last archived: " + (fields[0].empty() ? "nothing" : fields[0]),
                        .todo = "kubectl logs of the primary's pod tells what the archive command said"}};
  }
  if (fields[0].empty()) {
    co_return Findings{{.status = Status::warning,
                        .what = "Cluster " + name + " has archived nothing yet",
                        .why = "no WAL segment has been full",
                        .todo = "wait for archive_timeout, or SELECT pg_switch_wal()"}};
  }
  co_return Findings{
      {.what = "Cluster " + name + " archives WAL: " + fields[0] + " " + fields[3] + " s ago"}};
}

Task<Findings> examine(Patient& patient) {
  Result<json::value> const found = co_await get_cluster(patient);
  if (!found)
    co_return Findings{{.status = Status::unknown, .what = "archiving", .why = "there is no Cluster to ask"}};
  cnpg::ClusterView const cluster = cnpg::view_cluster(*found);
  std::string const name = patient.target.ns + "/" + cluster.name;
  if (!cluster.backup_configured) {
    co_return Findings{{.status = Status::missing,
                        .what = "Cluster " + name + " archives no WAL",
                        .why = "it has neither spec.backup.barmanObjectStore nor a plugin that archives WAL",
                        .todo = "configure an object store: "
                                "https://cloudnative-pg.io/documentation/current/wal_archiving/"}};
  }
  if (cluster.archiving.known && !cluster.archiving.holds) {
    co_return Findings{{.status = Status::missing,
                        .what = "Cluster " + name + " does not archive WAL",
                        .why = cluster.archiving.reason + ": " + cluster.archiving.message,
                        .todo = "mend the object store or its credentials"}};
  }
  co_return co_await examine_archiver(patient, name);
}

RegisterCheck const registered(order::archiving, "archiving", &examine);

}  // namespace

}  // namespace pgdrill::doctor
