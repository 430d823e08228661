#include "harness/sandbox/kubelet/claims.hpp"

#include <algorithm>
#include <filesystem>
#include <map>

#include "harness/base/scope.hpp"
#include "harness/sandbox/kubelet/layout.hpp"
#include "harness/sandbox/kubelet/reconcile.hpp"

namespace pgdrill::sandbox {
namespace {

constexpr std::string_view protection = "kubernetes.io/pvc-protection";

json::array finalizers_of(json::value const& object) {
  auto const* finalizers = find(object, "metadata.finalizers");
  return finalizers != nullptr && finalizers->is_array() ? finalizers->get_array() : json::array();
}

bool uses(json::value const& pod, std::string const& claim) {
  auto const* volumes = find(pod, "spec.volumes");
  if (volumes == nullptr || !volumes->is_array()) return false;
  return std::ranges::any_of(volumes->get_array(), [&](json::value const& volume) {
    return get_string(volume, "persistentVolumeClaim.claimName") == claim;
  });
}

Task<> remove_directory(std::filesystem::path directory) {
  std::function<void()> work = [&directory] {
    std::error_code ignored;
    std::filesystem::remove_all(directory, ignored);
  };
  co_await run_blocking(std::move(work));
}

class ClaimController {
 public:
  ClaimController(Store& store, Environment environment)
      : store_(store), environment_(std::move(environment)) {}

  Task<> run(Scope& scope) {
    Reconcile reconcile = [this, &scope] { return look(scope); };
    co_await reconcile_forever(store_, {kube::volume_claim_type, kube::pod_type}, std::move(reconcile));
  }

 private:
  Monotonic look(Scope& scope) {
    std::map<std::string, std::filesystem::path> present;
    for (auto const& claim : store_.list(kube::volume_claim_type, "")) {
      present[kube::uid_of(claim)] = claim_directory_of(environment_, claim);
      if (find(claim, "metadata.deletionTimestamp") != nullptr) {
        release(claim);
      } else {
        bind(claim);
      }
    }
    for (auto const& [uid, directory] : known_) {
      if (!present.contains(uid)) scope.spawn("remove claim", remove_directory(directory));
    }
    known_ = std::move(present);
    return Monotonic::max();
  }

  void bind(json::value const& claim) {
    std::string const ns = get_string(claim, "metadata.namespace");
    std::string const name = kube::name_of(claim);
    std::string const volume = "pvc-" + kube::uid_of(claim);
    bool const fresh = get_string(claim, "spec.volumeName").empty();
    (void)store_.modify(kube::volume_claim_type, ns, name, false, [&](kube::Object& object) {
      json::array finalizers = finalizers_of(claim);
      if (std::ranges::find(finalizers, json::value(protection)) == finalizers.end()) {
        finalizers.emplace_back(protection);
        set(object, "metadata.finalizers", finalizers);
      }
      if (!fresh) return;
      set(object, "spec.volumeName", json::string(volume));
      set(object, "spec.volumeMode", "Filesystem");
      if (get_string(claim, "spec.storageClassName").empty())
        set(object, "spec.storageClassName", "standard");
    });
    (void)store_.modify(kube::volume_claim_type, ns, name, true, [&](kube::Object& object) {
      set(object, "status.phase", "Bound");
      if (auto const* modes = find(claim, "spec.accessModes")) set(object, "status.accessModes", *modes);
      if (auto const* size = find(claim, "spec.resources.requests")) set(object, "status.capacity", *size);
    });
    if (fresh) {
      store_.record_event(claim, "Normal", "ProvisioningSucceeded",
                          "Successfully provisioned volume " + volume);
    }
  }

  void release(json::value const& claim) {
    std::string const ns = get_string(claim, "metadata.namespace");
    std::string const name = kube::name_of(claim);
    auto const pods = store_.list(kube::pod_type, ns);
    bool const used = std::ranges::any_of(pods, [&](json::value const& pod) {
      std::string const phase = get_string(pod, "status.phase");
      // A pod that waits for its claim does not hold it.
      return uses(pod, name) && phase != "Succeeded" && phase != "Failed" &&
             !get_string(pod, "spec.nodeName").empty();
    });
    if (used) return;
    (void)store_.modify(kube::volume_claim_type, ns, name, false, [&](kube::Object& object) {
      json::array rest;
      for (auto const& finalizer : finalizers_of(claim)) {
        if (finalizer != json::value(protection)) rest.push_back(finalizer);
      }
      set(object, "metadata.finalizers", rest);
    });
  }

  Store& store_;
  Environment environment_;
  std::map<std::string, std::filesystem::path> known_;  ///< directories by the claim's uid
};

}  // namespace

Task<> run_claims(Store& store, Environment environment) {
  ClaimController controller(store, std::move(environment));
  std::function<Task<>(Scope&)> body = [&](Scope& scope) { return controller.run(scope); };
  co_await with_scope(std::move(body));
}

}  // namespace pgdrill::sandbox
