// pgdrill status -n NAMESPACE: clusters with health, archiving and backups. Reads only.
#include <fmt/format.h>

#include <cstdio>

#include "harness/cli/connect.hpp"
#include "harness/cli/load_scenario.hpp"
#include "harness/cnpg/cluster_view.hpp"

namespace pgdrill::cli {

namespace {

struct Row {
  cnpg::ClusterView cluster;
  std::vector<cnpg::BackupView> backups;
};

Task<Result<std::vector<Row>>> read_rows(Arguments const& arguments) {
  CO_TRY(Connection const connection, co_await connect(arguments));
  CO_TRY(kube::ObjectList const clusters,
         co_await connection.client->list(kube::cluster_type, connection.ns));
  CO_TRY(kube::ObjectList const backups, co_await connection.client->list(kube::backup_type, connection.ns));
  std::vector<Row> rows;
  for (json::value const& object : clusters.items) {
    cnpg::ClusterView view = cnpg::view_cluster(object);
    std::vector<cnpg::BackupView> own = cnpg::backups_of(view.name, backups.items);
    rows.push_back({std::move(view), std::move(own)});
  }
  co_return rows;
}

std::string archiving_text(cnpg::ClusterView const& cluster) {
  if (!cluster.backup_configured) return "not configured";
  if (!cluster.archiving.known) return "unknown";
  return cluster.archiving.holds ? "continuous" : "failing: " + cluster.archiving.message;
}

std::string last_backup_text(std::vector<cnpg::BackupView> const& backups) {
  std::string text = "none completed";
  for (cnpg::BackupView const& backup : backups) {
    if (backup.completed) text = backup.name + ", " + backup.stopped_at;
  }
  for (cnpg::BackupView const& backup : backups) {
    if (backup.blocks_others)
      text += "; " + backup.name + " (" + backup.phase + ") keeps later backups pending: delete it";
  }
  return text;
}

void print_table(std::vector<Row> const& rows) {
  std::fputs(fmt::format("{:<24} {:<10} {:<12} {:<38} {:<16} {}\n", "CLUSTER", "READY", "PRIMARY", "STATUS",
                         "ARCHIVING", "LAST BACKUP")
                 .c_str(),
             stdout);
  for (Row const& row : rows) {
    std::string const ready = fmt::format("{}/{}", row.cluster.instances_ready, row.cluster.instances_wanted);
    std::fputs(
        fmt::format("{:<24} {:<10} {:<12} {:<38} {:<16} {}\n", row.cluster.name, ready, row.cluster.primary,
                    row.cluster.phase, archiving_text(row.cluster), last_backup_text(row.backups))
            .c_str(),
        stdout);
  }
}

void print_json(std::vector<Row> const& rows) {
  json::array clusters;
  for (Row const& row : rows) {
    json::array backups;
    for (cnpg::BackupView const& backup : row.backups) {
      backups.push_back({{"name", backup.name},
                         {"phase", backup.phase},
                         {"backup_id", backup.backup_id},
                         {"end_wal", backup.end_wal},
                         {"stopped_at", backup.stopped_at},
                         {"error", backup.error}});
    }
    clusters.push_back({{"name", row.cluster.name},
                        {"healthy", row.cluster.healthy},
                        {"phase", row.cluster.phase},
                        {"primary", row.cluster.primary},
                        {"instances", row.cluster.instances_wanted},
                        {"ready", row.cluster.instances_ready},
                        {"timeline", row.cluster.timeline},
                        {"archiving", archiving_text(row.cluster)},
                        {"backups", std::move(backups)}});
  }
  std::fputs(pretty(json::object{{"clusters", std::move(clusters)}}).c_str(), stdout);
}

int run(Arguments const& arguments) {
  Result<std::vector<Row>> const rows = run_to_end(read_rows(arguments));
  if (!rows) return report_error(rows.error());
  if (arguments.text("output") == "json") {
    print_json(*rows);
  } else if (rows->empty()) {
    std::puts("no Cluster in this namespace");
  } else {
    print_table(*rows);
  }
  return 0;
}

Verb describe_verb() {
  std::vector<Option> options = cluster_options();
  options.push_back({.name = "-o,--output", .help = "text or json", .default_value = "text"});
  return {.name = "status",
          .summary = "show clusters with health, archiving and backups",
          .options = std::move(options),
          .run = &run};
}

RegisterVerb const registered(&describe_verb);

}  // namespace
}  // namespace pgdrill::cli
