#include "harness/steps/waiting.hpp"

#include "harness/base/text.hpp"
#include "harness/cnpg/wal.hpp"
#include "harness/engine/facts.hpp"

namespace pgdrill::steps {

Duration TimeLeft::left() const {
  Monotonic const now = std::chrono::steady_clock::now();
  return now < end_ ? Duration(end_ - now) : Duration::zero();
}

tl::unexpected<Error> waited_too_long(std::string what, std::string where, std::string last_seen) {
  return fail({.kind = ErrorKind::timeout,
               .what = std::move(what),
               .where = std::move(where),
               .why = std::move(last_seen),
               .todo = "look at it, or give the step a longer timeout"});
}

Task<Result<std::string>> ask(engine::RunContext& context, std::string cluster, std::string sql) {
  CO_TRY(std::string const answer,
         co_await context.databases.superuser(cluster, context.target.database, sql));
  co_return std::string(trim(answer));
}

engine::AskSuperuser superuser_of(engine::RunContext& context, std::string cluster) {
  return [&context, cluster = std::move(cluster)](std::string sql, Duration limit) {
    return context.databases.superuser(cluster, context.target.database, std::move(sql), limit);
  };
}

Task<Result<>> wait_archived(engine::RunContext& context, std::string cluster, std::string wal,
                             TimeLeft time) {
  std::string last;
  while (true) {
    Result<std::string> const answer =
        co_await ask(context, cluster, "SELECT coalesce(last_archived_wal, '') FROM pg_stat_archiver");
    if (answer) last = *answer;
    if (answer && cnpg::archived(wal, last)) co_return Result<>();
    if (time.over()) {
      if (!answer) co_return fail(answer.error());
      co_return waited_too_long("WAL segment " + wal + " is not archived", "Cluster " + cluster,
                                last.empty() ? "nothing was archived yet" : "the last archived is " + last);
    }
    co_await sleep_for(poll_interval);
  }
}

Result<json::object> captured_target(engine::RunContext const& context, std::string const& name) {
  auto const found = context.facts.find(engine::facts::target(name));
  if (found != context.facts.end() && found->second.is_object()) return found->second.get_object();
  return fail({.kind = ErrorKind::refused,
               .what = "no target '" + name + "' was captured",
               .todo = "add a capture-target step with target: " + name + " before this one"});
}

Result<std::string> restored_cluster(engine::RunContext const& context) {
  auto const found = context.facts.find(std::string(engine::facts::restore));
  if (found != context.facts.end()) return get_string(found->second, "cluster");
  return fail({.kind = ErrorKind::refused,
               .what = "nothing was restored",
               .todo = "add a restore step before this one"});
}

}  // namespace pgdrill::steps
