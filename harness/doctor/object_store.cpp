// Where backups and WAL go: a path, and credentials that are really there. Whether the store answers is seen
// by archiving and backups: only the cluster's own pods can reach it.
#include "harness/cnpg/retention.hpp"
#include "harness/doctor/target_objects.hpp"

namespace pgdrill::doctor {

namespace {

constexpr std::string_view plugin_name = "barman-cloud.cloudnative-pg.io";

/// Every {name, key} reference to a Secret below a value.
void collect_references(json::value const& value, std::vector<std::pair<std::string, std::string>>& into) {
  if (!value.is_object()) return;
  std::string const name = get_string(value, "name");
  std::string const key = get_string(value, "key");
  if (!name.empty() && !key.empty()) {
    into.emplace_back(name, key);
    return;
  }
  for (json::key_value_pair const& entry : value.get_object()) collect_references(entry.value(), into);
}

Task<Findings> examine_store(Patient& patient, json::value store, std::string where) {
  std::string const path = get_string(store, "destinationPath");
  Findings all;
  std::vector<std::pair<std::string, std::string>> references;
  for (char const* const credentials :
       {"s3Credentials", "azureCredentials", "googleCredentials", "endpointCA"}) {
    if (json::value const* const found = find(store, credentials)) collect_references(*found, references);
  }
  for (auto const& [name, key] : references) {
    kube::ObjectRef const ref{kube::secret_type, patient.target.ns, name};
    Result<json::value> const secret = co_await patient.kube->get(ref);
    if (!secret && secret.error().status == 403) continue;  // a drill need not read it
    bool const there = secret && member(find(*secret, "data"), key) != nullptr;
    if (there) continue;
    all.push_back({.status = Status::missing,
                   .what = "key " + key + " of " + ref.text(),
                   .why = secret ? "the Secret has no such key" : secret.error().why,
                   .todo = where + " refers to it: make it, or correct the reference"});
  }
  if (path.empty()) {
    all.push_back({.status = Status::missing,
                   .what = where + " has no destinationPath",
                   .why = "nothing says where backups go",
                   .todo = "set it: s3://BUCKET/"});
  }
  if (all.empty()) all.push_back({.what = "object store " + path + ", credentials are there"});
  co_return all;
}

Task<Findings> examine(Patient& patient) {
  Result<json::value> const cluster = co_await get_cluster(patient);
  if (!cluster)
    co_return Findings{
        {.status = Status::unknown, .what = "object store", .why = "there is no Cluster to ask"}};
  std::string const name = patient.target.ns + "/" + patient.target.cluster;
  if (json::value const* const native = find(*cluster, "spec.backup.barmanObjectStore"))
    co_return co_await examine_store(patient, *native, "spec.backup.barmanObjectStore of Cluster " + name);
  std::string const store = cnpg::plugin_object_store(*cluster);
  if (store.empty()) {
    co_return Findings{
        {.status = Status::missing,
         .what = "Cluster " + name + " names no object store",
         .why = "neither spec.backup.barmanObjectStore nor the plugin " + std::string(plugin_name),
         .todo = "configure one: https://cloudnative-pg.io/documentation/current/backup/"}};
  }
  kube::ObjectRef const ref{kube::object_store_type, patient.target.ns, store};
  Result<json::value> const object = co_await patient.kube->get(ref);
  if (!object) co_return Findings{finding_of(object.error())};
  json::value const* const configuration = find(*object, "spec.configuration");
  json::value found = configuration == nullptr ? json::value() : *configuration;
  co_return co_await examine_store(patient, std::move(found), ref.text());
}

RegisterCheck const registered(order::object_store, "object-store", &examine);

}  // namespace

}  // namespace pgdrill::doctor
