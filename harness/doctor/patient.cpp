#include "harness/doctor/patient.hpp"

#include "harness/base/text.hpp"
#include "harness/engine/rights.hpp"

namespace pgdrill::doctor {

namespace {

/// Steps name Flux objects by these parameters.
void add_flux_objects(scenario::Parameters const& parameters, Patient& patient) {
  for (json::key_value_pair const& entry : parameters.values()) {
    json::value const& value = entry.value();
    if (entry.key() == "repository" && value.is_string() && !value.get_string().empty())
      patient.repositories.emplace(value.get_string());
    if (entry.key() == "kustomization" && value.is_string() && !value.get_string().empty())
      patient.kustomizations.emplace(value.get_string());
    if (entry.key() != "kustomizations" || !value.is_array()) continue;
    for (json::value const& one : value.get_array()) patient.kustomizations.emplace(one.get_string());
  }
}

/// Names of all objects of a kind; none when the API server does not serve it.
Task<Result<std::set<std::string>>> names_in(kube::Client& client, kube::ResourceType type, std::string ns) {
  Result<kube::ObjectList> const listed = co_await client.list(type, ns);
  std::set<std::string> names;
  if (!listed && listed.error().kind == ErrorKind::not_found) co_return names;
  if (!listed) co_return tl::make_unexpected(listed.error());
  for (json::value const& one : listed->items) names.insert(kube::name_of(one));
  co_return names;
}

/// The Service that the application uses: one that selects the Cluster's primary and that CloudNativePG did
/// not make.
Task<Result<std::string>> service_of(kube::Client& client, std::string ns, std::string cluster) {
  CO_TRY(kube::ObjectList const services, co_await client.list(kube::service_type, ns));
  std::string chosen = cluster + "-rw";
  for (json::value const& one : services.items) {
    json::value const* const selector = find(one, "spec.selector");
    json::value const* const selected = member(selector, "cnpg.io/cluster");
    bool const made_by_operator = !kube::label_of(one, "cnpg.io/cluster").empty();
    if (selected == nullptr || made_by_operator || !selected->is_string()) continue;
    json::value const* const role = member(selector, "cnpg.io/instanceRole");
    bool const leads_to_primary = role == nullptr || *role == json::value("primary");
    if (selected->get_string() == cluster && leads_to_primary) chosen = kube::name_of(one);
  }
  co_return chosen;
}

}  // namespace

Patient patient_of(scenario::Scenario const& scenario) {
  Patient patient;
  patient.target = scenario.target;
  patient.scenario_file = scenario.file.string();
  patient.rights = engine::rights_of(scenario);
  for (scenario::StepSpec const* const item : scenario::all_items(scenario))
    add_flux_objects(item->parameters, patient);
  return patient;
}

Task<Result<Patient>> find_patient(std::shared_ptr<kube::Client> kube, std::string ns, std::string cluster) {
  Patient patient;
  patient.kube = kube;
  patient.rights = engine::rights_of_all();
  patient.target.ns = ns;
  if (cluster.empty()) {
    CO_TRY(std::set<std::string> const clusters, co_await names_in(*kube, kube::cluster_type, ns));
    std::vector<std::string> const names(clusters.begin(), clusters.end());
    if (names.size() > 1) {
      co_return fail({.kind = ErrorKind::usage,
                      .what = "namespace " + ns + " has several Clusters: " + join(names, ", "),
                      .todo = "name one with --cluster"});
    }
    if (!names.empty()) cluster = names.front();
  }
  patient.target.cluster = cluster;
  patient.target.secret = cluster + "-app";
  patient.target.service = cluster + "-rw";
  if (!cluster.empty()) {
    CO_TRY(patient.target.service, co_await service_of(*kube, ns, cluster));
  }
  CO_TRY(patient.repositories, co_await names_in(*kube, kube::git_repository_type, ns));
  CO_TRY(patient.kustomizations, co_await names_in(*kube, kube::kustomization_type, ns));
  co_return patient;
}

}  // namespace pgdrill::doctor
