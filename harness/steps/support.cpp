#include "harness/steps/support.hpp"

#include "harness/base/text.hpp"
#include "harness/cnpg/wal.hpp"
#include "harness/engine/facts.hpp"
#include "harness/postgres/connection.hpp"

namespace pgdrill::steps {

namespace {

/// How often the archiver is asked; each question is an exec in the primary's pod.
constexpr Duration archive_poll = std::chrono::milliseconds(200);

}  // namespace

Error cluster_error(RunContext const& context, ErrorKind kind, std::string what, std::string why,
                    std::string todo) {
  return {.kind = kind,
          .what = std::move(what),
          .where = "Cluster " + context.target.ns + "/" + context.target.cluster,
          .why = std::move(why),
          .todo = std::move(todo)};
}

Result<json::object> captured_target(RunContext const& context, std::string const& name) {
  auto const found = context.facts.find(engine::facts::target(name));
  if (found != context.facts.end() && found->second.is_object()) return found->second.get_object();
  return fail({.kind = ErrorKind::usage,
               .what = "no target '" + name + "' was captured",
               .todo = "add a capture-target step with target: " + name + " before this one"});
}

Result<std::string> restored_cluster(RunContext const& context) {
  auto const found = context.facts.find(std::string(engine::facts::restore));
  if (found != context.facts.end()) return get_string(found->second, "cluster");
  return fail({.kind = ErrorKind::usage,
               .what = "nothing was restored",
               .todo = "add a restore step before this one"});
}

Task<Result<json::value>> get_cluster(RunContext& context, std::string name) {
  kube::ObjectRef const ref{kube::cluster_type, context.target.ns, std::move(name)};
  co_return co_await context.kube->get(ref);
}

Task<Result<std::string>> archive_current_wal(RunContext& context, std::string cluster) {
  // A checkpoint guarantees that there is something to switch away from.
  Result<std::string> const checkpoint =
      co_await context.databases.superuser(cluster, "postgres", "CHECKPOINT");
  if (!checkpoint) co_return checkpoint;
  Result<std::string> const switched =
      co_await context.databases.superuser(cluster, "postgres", "SELECT pg_walfile_name(pg_switch_wal())");
  if (!switched) co_return switched;
  std::string const wanted(trim(*switched));
  while (true) {
    Result<std::string> const last = co_await context.databases.superuser(
        cluster, "postgres", "SELECT coalesce(last_archived_wal, '') FROM pg_stat_archiver");
    if (!last) co_return last;
    if (cnpg::archived(wanted, trim(*last))) co_return wanted;
    co_await sleep_for(archive_poll);
  }
}

Task<Result<>> write_marker(RunContext& context, std::string cluster, std::string marker) {
  std::string const sql =
      "SET client_min_messages = warning; CREATE SCHEMA IF NOT EXISTS pgdrill; "
      "CREATE TABLE IF NOT EXISTS pgdrill.markers (run text, name text, at timestamptz DEFAULT "
      "clock_timestamp()); "
      "INSERT INTO pgdrill.markers (run, name) VALUES (" +
      postgres::quote_literal(context.run_id) + ", " + postgres::quote_literal(marker) + ")";
  Result<std::string> const written =
      co_await context.databases.superuser(std::move(cluster), context.target.database, sql);
  if (!written) co_return tl::make_unexpected(written.error());
  co_return Result<>();
}

}  // namespace pgdrill::steps
