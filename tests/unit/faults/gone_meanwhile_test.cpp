// What a fault has chosen is gone, or is another one, when the blow comes: nothing was hit, and nothing
// passes.
#include <gmock/gmock.h>

#include "tests/unit/engine/drill.hpp"

namespace pgdrill::faults {
namespace {

kube::ObjectRef const pod{kube::pod_type, "develop", "orders-1"};
kube::ObjectRef const service{kube::service_type, "develop", "orders-rw"};
kube::ObjectRef const cluster{kube::cluster_type, "develop", "orders"};

class GoneMeanwhile : public engine::Drill {
 protected:
  GoneMeanwhile() {
    catalogue_.faults = engine::faults();
    put_pod("first");
  }
  void put_pod(std::string const& uid) {
    json::object const labels{{"cnpg.io/cluster", "orders"},
                              {"cnpg.io/instanceRole", "primary"},
                              {"cnpg.io/podRole", "instance"},
                              {"cnpg.io/jobRole", "full-recovery"}};
    json::object const ready{{"type", "Ready"}, {"status", "True"}};
    client_->put(pod, {{"metadata", {{"name", pod.name}, {"uid", uid}, {"labels", labels}}},
                       {"status", {{"phase", "Running"}, {"conditions", json::array{ready}}}}});
  }
  /// The call answers that its object is gone.
  void gone_at(std::string call) {
    client_->intercept = [call = std::move(call)](std::string const& now) -> std::optional<Error> {
      if (now != call) return {};
      return Error{.kind = ErrorKind::not_found, .what = "cannot " + now, .why = "it is gone"};
    };
  }
  void expect_missed(std::string const& fault) {
    EXPECT_EQ(witness(fault), "missing");
    EXPECT_EQ(get_string(events("fault").front(), "action"), "armed");
    EXPECT_EQ(get_string(events("fault").back(), "action"), "missed");
    EXPECT_NE(status(fault), "error") << "a miss is no error: the run goes on, and is inconclusive";
  }
};

TEST_F(GoneMeanwhile, ThePodToKill) {
  gone_at("delete " + pod.text());
  run("steps: [pod-kill]\n");
  expect_missed("pod-kill");
}

TEST_F(GoneMeanwhile, ThePodToKillWhoseNameAnotherHas) {
  client_->intercept = [this](std::string const& call) -> std::optional<Error> {
    if (call == "delete " + pod.text()) put_pod("second");
    return {};
  };
  run("steps: [pod-kill]\n");
  expect_missed("pod-kill");
  EXPECT_TRUE(client_->exists(pod)) << "the other one lives";
}

TEST_F(GoneMeanwhile, TheRecoveryPod) {
  gone_at("delete " + pod.text());
  run("steps:\n  - recovery-pod-kill: {cluster: orders}\n");
  EXPECT_EQ(get_string(events("fault").front(), "action"), "armed");
  // Its own witness, and that of the phase that never came.
  EXPECT_THAT(witness("recovery-pod-kill"), testing::StartsWith("missing"));
}

TEST_F(GoneMeanwhile, TheServiceToCut) {
  client_->put(service, {{"metadata", {{"name", service.name}}}, {"spec", {{"selector", {{"a", "b"}}}}}});
  gone_at("patch " + service.text());
  run("steps:\n  - service-cut:\n    for: 10ms\n");
  EXPECT_EQ(witness("service-cut"), "missing");
  EXPECT_EQ(get_string(events("fault").front(), "action"), "armed");
}

TEST_F(GoneMeanwhile, TheClusterToFence) {
  // Healthy, since undo waits for that.
  json::object const ready{{"type", "Ready"}, {"status", "True"}};
  client_->put(cluster, {{"metadata", {{"name", cluster.name}}},
                         {"spec", {{"instances", 1}}},
                         {"status",
                          {{"phase", "Cluster in healthy state"},
                           {"instances", 1},
                           {"readyInstances", 1},
                           {"conditions", json::array{ready}}}}});
  gone_at("patch " + cluster.text());
  run("steps:\n  - fence:\n    for: 10ms\n");
  EXPECT_EQ(witness("fence"), "missing");
}

}  // namespace
}  // namespace pgdrill::faults
