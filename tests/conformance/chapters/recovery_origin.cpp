// What the recoveries start from; not compared, the chapters create and backup are.
#include "tests/conformance/framework/chapter.hpp"
#include "tests/conformance/framework/manifests.hpp"
#include "tests/conformance/framework/recovery.hpp"

namespace pgdrill::conformance {
namespace {

Task<> take_backup(Stage& stage) {
  co_await stage.create(kube::backup_type, backup("first", "orders"));
  co_await stage.until_phase(kube::backup_type, "first", "completed");
  auto const found = co_await stage.client().get({kube::backup_type, stage.ns(), "first"});
  if (found) targets().backup_id = get_string(*found, "status.backupId");
}

Task<> until_archived(Stage& stage, std::string pod) {
  std::string const segment = co_await stage.sql(pod, "select pg_walfile_name(pg_switch_wal())");
  for (int attempt = 0; attempt < 100; ++attempt) {
    std::string const archived =
        co_await stage.sql(pod, "select last_archived_wal >= '" + segment + "' from pg_stat_archiver");
    if (archived == "t") co_return;
    co_await sleep_for(std::chrono::milliseconds(200));
  }
  throw ChapterFailed("the segment " + segment + " was not archived");
}

Task<> play(Stage& stage) {
  co_await stage.create(kube::secret_type, store_secret(stage.setting()));
  co_await stage.create(kube::cluster_type, cluster(stage, "orders", 1));
  co_await stage.until_healthy("orders");
  std::string const pod = "orders-1";
  (void)co_await stage.sql(pod, "create table t(id serial primary key, v text)");
  co_await take_backup(stage);
  targets().transaction = co_await stage.sql(
      pod, "with row as (insert into t(v) values ('good') returning 1) select pg_current_xact_id() from row");
  targets().lsn = co_await stage.sql(pod, "select pg_current_wal_insert_lsn()");
  targets().name = "after-good";
  (void)co_await stage.sql(pod, "select pg_create_restore_point('after-good')");
  targets().time = co_await stage.sql(
      pod, "select to_char(clock_timestamp() at time zone 'utc', 'YYYY-MM-DD HH24:MI:SS.US') || '+00:00'");
  // A target in time is found by a commit after it, and transactions have microseconds between them.
  co_await sleep_for(std::chrono::milliseconds(100));
  (void)co_await stage.sql(pod, "insert into t(v) values ('bad')");
  (void)co_await stage.sql(pod, "checkpoint");
  co_await until_archived(stage, pod);
}

bool const registered = add_chapter(
    {.name = "recovery-origin", .group = "recovery", .place = 0, .play = play, .compared = false});

}  // namespace
}  // namespace pgdrill::conformance
