// Archiving is broken by a wrong key in the store's Secret: what the Cluster says, what becomes of a backup
// that is asked for meanwhile, and how both come back.
#include <set>

#include "tests/conformance/framework/chapter.hpp"
#include "tests/conformance/framework/manifests.hpp"

namespace pgdrill::conformance {
namespace {

// The instance's manager reads the Secret when its Cluster changes, and at no other time.
Task<> set_key(Stage& stage, std::string key, std::string mark) {
  co_await stage.merge(kube::secret_type, "store", {{"stringData", {{"key", key}}}});
  co_await stage.merge(kube::cluster_type, "orders",
                       {{"metadata", {{"annotations", {{"store-key", mark}}}}}});
}

// The condition changes by what is archived, so there must be something to archive.
Task<> until_archiving(Stage& stage, std::string status) {
  for (int attempt = 0; attempt < 100; ++attempt) {
    (void)co_await stage.sql("orders-1", "create table if not exists t(v text)");
    (void)co_await stage.sql("orders-1", "insert into t values ('x')");
    (void)co_await stage.sql("orders-1", "select pg_switch_wal()");
    auto const found = co_await stage.client().get({kube::cluster_type, stage.ns(), "orders"});
    auto const* condition = found ? kube::condition_of(*found, "ContinuousArchiving") : nullptr;
    if (condition != nullptr && get_string(*condition, "status") == status) co_return;
    co_await sleep_for(std::chrono::seconds(2));
  }
  throw ChapterFailed("ContinuousArchiving did not become " + status);
}

Task<> until_one_of(Stage& stage, std::set<std::string> phases) {
  Stage::Condition holds = [phases](json::value const* object) {
    return object != nullptr && phases.contains(get_string(*object, "status.phase"));
  };
  (void)co_await stage.until(kube::backup_type, "second", "the backup to come further", std::move(holds));
}

Task<> play(Stage& stage) {
  co_await set_key(stage, "wrong", "wrong");
  co_await until_archiving(stage, "False");
  co_await stage.create(kube::backup_type, backup("second", "orders"));
  co_await until_one_of(stage, {"running", "walArchivingFailing", "failed"});
  co_await set_key(stage, stage.setting().store_key, "right");
  co_await until_archiving(stage, "True");
  co_await until_one_of(stage, {"completed", "failed"});
}

bool const registered = add_chapter({.name = "archiving", .group = "archive", .place = 10, .play = play});

}  // namespace
}  // namespace pgdrill::conformance
