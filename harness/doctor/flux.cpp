// Flux applies what is in Git: GitRepositories follow a branch, Kustomizations are Ready, nothing is
// suspended.
#include "harness/doctor/check.hpp"

namespace pgdrill::doctor {

namespace {

Finding examine_object(kube::ObjectRef const& ref, json::value const& object) {
  if (get_bool(object, "spec.suspend")) {
    return {.status = Status::missing,
            .what = ref.text() + " is suspended",
            .why = "Flux would not apply the migration, nor its revert",
            .todo = "patch spec.suspend to false, or flux resume it"};
  }
  json::value const* const ready = kube::condition_of(object, "Ready");
  if (ready == nullptr || get_string(*ready, "status") != "True") {
    std::string const why = ready == nullptr
                                ? "no Ready condition"
                                : get_string(*ready, "reason") + ": " + get_string(*ready, "message");
    return {.status = Status::missing,
            .what = ref.text() + " is not Ready",
            .why = why,
            .todo = "kubectl describe " + std::string(ref.type.plural) + " " + ref.name + " -n " + ref.ns};
  }
  if (ref.type == kube::git_repository_type && get_string(object, "spec.ref.branch").empty()) {
    return {.status = Status::missing,
            .what = ref.text() + " follows no branch",
            .why = "a revert could not be pushed to what it follows",
            .todo = "set spec.ref.branch"};
  }
  std::string const revision = ref.type == kube::git_repository_type
                                   ? get_string(object, "status.artifact.revision")
                                   : get_string(object, "status.lastAppliedRevision");
  return {.what = ref.text() + " is Ready at " + revision};
}

Task<Findings> examine_all(Patient& patient, kube::ResourceType type, std::set<std::string> names) {
  Findings all;
  for (std::string const& name : names) {
    kube::ObjectRef const ref{type, patient.target.ns, name};
    Result<json::value> const object = co_await patient.kube->get(ref);
    all.push_back(object ? examine_object(ref, *object) : finding_of(object.error()));
  }
  co_return all;
}

Task<Findings> examine(Patient& patient) {
  if (patient.repositories.empty() && patient.kustomizations.empty())
    co_return Findings{{.what = "no Flux objects are used"}};
  Findings all = co_await examine_all(patient, kube::git_repository_type, patient.repositories);
  Findings more = co_await examine_all(patient, kube::kustomization_type, patient.kustomizations);
  all.insert(all.end(), more.begin(), more.end());
  co_return all;
}

RegisterCheck const registered(order::flux, "flux", &examine);

}  // namespace

}  // namespace pgdrill::doctor
