#include "harness/sandbox/cnpg/cluster_status_details.hpp"

#include <algorithm>

#include "harness/base/files.hpp"
#include "harness/sandbox/cnpg/cluster_objects.hpp"
#include "harness/sandbox/cnpg/cluster_secrets.hpp"

namespace pgdrill::sandbox::cnpg {
namespace {

void write_certificates(json::object& status, std::string const& name, std::string const& ns) {
  json::array names;
  for (std::string const suffix : {"-rw", "-r", "-ro"}) {
    std::string const service = name + suffix;
    for (std::string const& alternative : {service, service + "." + ns, service + "." + ns + ".svc",
                                           service + "." + ns + ".svc.cluster.local"}) {
      names.emplace_back(alternative);
    }
  }
  json::value& certificates = status["certificates"];
  if (!certificates.is_object()) certificates = json::object();
  json::object& into = certificates.get_object();
  into["clientCASecret"] = name + "-ca";
  into["replicationTLSSecret"] = name + "-replication";
  into["serverAltDNSNames"] = std::move(names);
  into["serverCASecret"] = name + "-ca";
  into["serverTLSSecret"] = name + "-server";
}

void write_versions(json::object& status, json::value const& cluster, Store const& store) {
  std::string const name = kube::name_of(cluster);
  std::string const ns = get_string(cluster, "metadata.namespace");
  json::object versions;
  auto const add = [&](std::string_view key, std::string const& secret) {
    if (auto const object = store.get(kube::secret_type, ns, secret))
      versions[key] = kube::version_of(*object);
  };
  add("applicationSecretVersion", application_secret(cluster));
  add("clientCaSecretVersion", name + "-ca");
  add("replicationSecretVersion", name + "-replication");
  add("serverCaSecretVersion", name + "-ca");
  add("serverSecretVersion", name + "-server");
  status["secretsResourceVersion"] = std::move(versions);
  if (auto const queries = store.get(kube::config_map_type, ns, "cnpg-default-monitoring")) {
    status["configMapResourceVersion"] = {
        {"metrics", {{"cnpg-default-monitoring", kube::version_of(*queries)}}}};
  }
}

void write_topology(json::object& status, Resources const& resources) {
  json::object instances;
  for (json::value const& pod : resources.pods) instances[kube::name_of(pod)] = json::object();
  json::object topology{{"successfullyExtracted", true}};
  if (!instances.empty()) {
    topology["instances"] = std::move(instances);
    topology["nodesUsed"] = 1;
  }
  status["topology"] = std::move(topology);
}

}  // namespace

void write_details(kube::Object& cluster, Store const& store, Resources const& resources) {
  json::value const whole(cluster);
  json::object& status = cluster["status"].as_object();
  std::string const hash = sha256_hex(std::string(operator_version));
  write_certificates(status, kube::name_of(whole), get_string(whole, "metadata.namespace"));
  write_versions(status, whole, store);
  write_topology(status, resources);
  status["cloudNativePGOperatorHash"] = hash;
  status["availableArchitectures"] = json::array{{{"goArch", "amd64"}, {"hash", hash}}};
  status["managedRolesStatus"] = json::object();
  status["poolerIntegrations"] = {{"pgBouncerIntegration", json::object()}};
  status["switchReplicaClusterStatus"] = json::object();
  if (!resources.claims.empty()) {
    status["pgDataImageInfo"] = {{"image", image_of(whole)},
                                 {"majorVersion", std::atoi(major_version_of(whole).c_str())}};
  }
}

}  // namespace pgdrill::sandbox::cnpg
