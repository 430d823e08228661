// Who is primary, as the pods' labels and the application's password show it.
#include "harness/sandbox/cnpg/cluster_objects.hpp"
#include "harness/sandbox/cnpg/cluster_reconciler.hpp"
#include "harness/sandbox/cnpg/cluster_secrets.hpp"

namespace pgdrill::sandbox::cnpg {
namespace {

constexpr auto statement_limit = std::chrono::seconds(10);

}  // namespace

/// The first primary of a Cluster declares itself, and every primary gets the application's password.
Task<> ClusterReconciler::settle_primary() {
  bool const first = current().empty();
  std::string const primary = first ? target() : current();
  auto const* pod = resources_.pod(primary);
  InstanceStatus const status = resources_.instance(primary);
  if (pod == nullptr || !status.reachable || status.recovering || is_deleted(*pod)) co_return;
  json::value const copy = *pod;
  bool const applied = co_await apply_application_password(copy);
  if (applied && first) {
    set_current(primary);
    (void)write_files();
  }
}

Task<bool> ClusterReconciler::apply_application_password(json::value pod) {
  std::string const secret = application_secret(cluster_);
  if (secret.empty()) co_return true;
  auto const object = store_.get(kube::secret_type, ns_, secret);
  if (!object) {
    event("Warning", "SecretNotFound",
          fmt::format("Secret \"{}\" with the application's password not found", secret));
    co_return false;
  }
  std::string const version = kube::version_of(*object) + "/" + kube::uid_of(pod);
  if (version == applied_password_) co_return true;
  std::string const owner = application_of(cluster_).owner;
  std::string const password = secret_value(store_, ns_, secret, "password");
  if (password.empty()) co_return true;
  auto const changed =
      co_await sql_.query(pod,
                          fmt::format("ALTER ROLE {} LOGIN PASSWORD {}", postgres::quote_identifier(owner),
                                      postgres::quote_literal(password)),
                          statement_limit);
  if (!changed) co_return false;
  applied_password_ = version;
  co_return true;
}

void ClusterReconciler::label_pod(json::value const& pod, std::string_view role) {
  if (kube::label_of(pod, role_label) == role) return;
  auto const written =
      store_.modify(kube::pod_type, ns_, kube::name_of(pod), false, [role](kube::Object& object) {
        auto& labels = object["metadata"].as_object()["labels"].as_object();
        labels[role_label] = role;
        labels[legacy_role_label] = role;
      });
  (void)written;  // gone meanwhile: the next reconciliation sees it
  if (role != "unhealthy") label_claim(kube::name_of(pod), role);
}

void ClusterReconciler::label_claim(std::string const& instance, std::string_view role) {
  (void)store_.modify(kube::volume_claim_type, ns_, instance, false, [role](kube::Object& object) {
    auto& labels = object["metadata"].as_object()["labels"].as_object();
    labels[role_label] = role;
    labels[legacy_role_label] = role;
  });
}

void ClusterReconciler::label_pods() {
  for (auto const& pod : resources_.pods) {
    std::string const name = kube::name_of(pod);
    InstanceStatus const status = resources_.instance(name);
    if (is_deleted(pod)) continue;
    // A replica is known as one before it answers; an old primary only when it has come back as one.
    bool const new_replica = name != current() && !current().empty() &&
                             get_string(pod, "status.phase") == "Running" &&
                             kube::label_of(pod, role_label).empty();
    if (new_replica) label_pod(pod, "replica");
    if (!status.reachable) continue;
    bool const primary = name == current() && !status.recovering;
    if (primary || status.recovering) label_pod(pod, primary ? "primary" : "replica");
  }
}

}  // namespace pgdrill::sandbox::cnpg
