// The recovery pod is killed while it runs; its Job starts another.
#include "tests/conformance/framework/chapter.hpp"
#include "tests/conformance/framework/manifests.hpp"
#include "tests/conformance/framework/recovery.hpp"

namespace pgdrill::conformance {
namespace {

Task<> play(Stage& stage) {
  std::string const name = "killed";
  stage.remove_afterwards(name);
  co_await stage.create(kube::cluster_type, restored_cluster(stage, name, {{"targetTime", targets().time}}));
  Stage::Condition runs = [](json::value const* pod) {
    return get_string(*pod, "status.phase") == "Running";
  };
  auto const pod = co_await stage.until_pod("cnpg.io/jobRole=full-recovery,cnpg.io/cluster=killed",
                                            "the recovery to run", std::move(runs));
  co_await stage.remove(kube::pod_type, kube::name_of(pod), 0);
  co_await stage.until_healthy(name);
  std::string const rows = co_await stage.sql(name + "-1", "select string_agg(v, ',' order by id) from t");
  stage.note("rows of " + name, rows);
}

bool const registered =
    add_chapter({.name = "recovery-killed", .group = "recovery", .place = 60, .play = play});

}  // namespace
}  // namespace pgdrill::conformance
