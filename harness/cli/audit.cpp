// pgdrill audit: what the migration tools wrote down in a database, what they left half done, who still runs
// one. Reads only.
#include "harness/migrations/audit/audit.hpp"

#include <fmt/format.h>

#include "harness/base/text.hpp"
#include "harness/cli/connect.hpp"
#include "harness/cli/load_scenario.hpp"
#include "harness/cli/migration_folder.hpp"
#include "harness/cli/output.hpp"
#include "harness/cnpg/cluster_view.hpp"
#include "harness/cnpg/database_access.hpp"
#include "harness/postgres/connection_string.hpp"
#include "reports/verdict.hpp"

namespace pgdrill::cli {

namespace {

std::vector<std::string> const formats = {"text", "json"};

Error which_cluster(std::string const& ns, std::string why) {
  return {.kind = ErrorKind::usage,
          .what = "which database is to be audited?",
          .where = "namespace " + ns,
          .why = std::move(why),
          .todo = "name one: --cluster NAME, or --database postgresql://USER@HOST/DATABASE"};
}

/// --cluster, or the only Cluster of the namespace.
Task<Result<std::string>> cluster_name(Connection const& connection, Arguments const& arguments) {
  if (arguments.given("cluster")) co_return arguments.text("cluster");
  CO_TRY(kube::ObjectList const clusters,
         co_await connection.client->list(kube::cluster_type, connection.ns));
  std::vector<std::string> names;
  for (json::value const& object : clusters.items) names.push_back(cnpg::view_cluster(object).name);
  if (names.size() == 1) co_return names.front();
  co_return fail(which_cluster(connection.ns,
                               names.empty() ? "it has no Cluster" : "it has several: " + join(names, ", ")));
}

Task<Result<migrations::Audit>> run_audit(Arguments const& arguments) {
  migrations::AuditOptions options;
  for (std::string const& text : arguments.texts("migrations")) {
    CO_TRY(migrations::MigrationFolder folder, co_await migration_folder(text));
    options.folders.push_back(std::move(folder));
  }
  std::string const database = arguments.text("database");
  if (postgres::is_connection_string(database)) {
    CO_TRY(postgres::ConnectionParameters parameters, postgres::parse_connection_string(database));
    co_return co_await migrations::audit(std::move(parameters), std::move(options));
  }
  CO_TRY(Connection const connection, co_await connect(arguments));
  CO_TRY(std::string const cluster, co_await cluster_name(connection, arguments));
  cnpg::DatabaseAccess access(connection.client, connection.ns);
  std::string secret = arguments.given("secret") ? arguments.text("secret") : cluster + "-app";
  CO_TRY(postgres::ConnectionParameters parameters,
         co_await access.reach(cluster + "-rw", std::move(secret), database));
  co_return co_await migrations::audit(std::move(parameters), std::move(options));
}

int exit_code(migrations::Audit const& audit, bool up_to_date) {
  if (audit.count(migrations::Severity::problem) > 0) return reports::exit_missed;
  if (up_to_date && audit.pending() > 0) return reports::exit_missed;
  // While a migration runs, what the tables say is not final.
  bool unmeasured = audit.histories.empty() || !audit.backends.empty();
  for (migrations::AuditedHistory const& history : audit.histories)
    unmeasured |= up_to_date && !history.compared;
  return unmeasured ? reports::exit_inconclusive : reports::exit_pass;
}

int run(Arguments const& arguments) {
  std::optional<std::string> const output = output_format(arguments, formats);
  if (!output) return reports::exit_usage;
  Result<migrations::Audit> const audit = run_to_end(run_audit(arguments));
  if (!audit) return report_error(audit.error());
  print(*output == "json" ? pretty(migrations::audit_json(*audit)) : migrations::audit_text(*audit));
  return exit_code(*audit, arguments.flag("up-to-date"));
}

Verb describe_verb() {
  std::vector<Option> options = cluster_options();
  options.push_back({.name = "--cluster", .help = "Cluster (default: the only one of the namespace)"});
  options.push_back({.name = "--secret", .help = "Secret with the credentials (default: <cluster>-app)"});
  options.push_back(
      {.name = "--database",
       .help = "postgresql://USER@HOST:PORT/DATABASE, without any cluster; or a database of the Cluster "
               "(default: the Secret's)"});
  options.push_back(
      {.name = "--migrations",
       .help =
           "folder with the migration files, or REPO@REVISION:PATH in Git; TOOL=PATH or SCHEMA.TABLE=PATH "
           "when there are several histories",
       .repeated = true});
  options.push_back({.name = "--up-to-date",
                     .help = "exit 1 when a migration is pending, 4 when it cannot be told",
                     .flag = true});
  options.push_back(output_option(formats, ""));
  return {.name = "audit",
          .summary = "show migration histories, what is pending, and what an interrupted change left behind",
          .options = std::move(options),
          .run = &run};
}

RegisterVerb const registered(&describe_verb);

}  // namespace
}  // namespace pgdrill::cli
