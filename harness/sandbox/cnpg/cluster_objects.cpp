#include "harness/sandbox/cnpg/cluster_objects.hpp"

#include "harness/sandbox/cnpg/instance_config.hpp"
#include "harness/sandbox/cnpg/readiness.hpp"

namespace pgdrill::sandbox::cnpg {
namespace {

constexpr int instance_grace_seconds = 1800;  // stopDelay's default

std::string instance_name(json::value const& cluster, int serial) {
  return fmt::format("{}-{}", kube::name_of(cluster), serial);
}

json::object& labels_of(json::object& metadata) { return metadata["labels"].as_object(); }

void add_pod_labels(json::value const& cluster, json::object& metadata) {
  auto& labels = labels_of(metadata);
  labels["app.kubernetes.io/component"] = "database";
  labels["app.kubernetes.io/instance"] = kube::name_of(cluster);
  labels["app.kubernetes.io/name"] = "postgresql";
  labels["app.kubernetes.io/version"] = major_version_of(cluster);
}

json::array environment(json::value const& cluster, std::string const& pod) {
  auto const variable = [](std::string_view name, std::string_view value) {
    return json::object{{"name", name}, {"value", value}};
  };
  return {variable("PGDATA", "/var/lib/postgresql/data/pgdata"), variable("POD_NAME", pod),
          variable("NAMESPACE", get_string(cluster, "metadata.namespace")),
          variable("CLUSTER_NAME", kube::name_of(cluster)), variable("PGPORT", "5432"),
          // CNPG's is /controller/run; the sandbox's pods share one file system, where a long path cannot be
          // a socket.
          variable("PGHOST", "$(PGDRILL_SANDBOX_RUN)")};
}

json::object container(json::value const& cluster, std::string const& name, std::string const& pod,
                       json::array command) {
  return {{"name", name},
          {"image", image_of(cluster)},
          {"imagePullPolicy", "IfNotPresent"},
          {"command", std::move(command)},
          {"env", environment(cluster, pod)},
          {"resources", json::object()},
          {"volumeMounts",
           json::array{json::object{{"name", "pgdata"}, {"mountPath", "/var/lib/postgresql/data"}}}}};
}

json::object pod_spec(std::string const& claim, std::string const& hostname, json::object main_container) {
  return {
      {"hostname", hostname},
      {"containers", json::array{std::move(main_container)}},
      {"volumes", json::array{json::object{{"name", "pgdata"},
                                           {"persistentVolumeClaim", json::object{{"claimName", claim}}}}}}};
}

json::array job_command(json::value const& cluster, std::string const& role) {
  json::array command{"/controller/manager", "instance"};
  if (role == "join") {
    command.insert(command.end(), {"join", "--parent-node", kube::name_of(cluster) + "-rw"});
  } else if (role == "initdb") {
    command.insert(command.end(),
                   {"init", "--app-db-name", get_string(cluster, "spec.bootstrap.initdb.database", "app"),
                    "--app-user", get_string(cluster, "spec.bootstrap.initdb.owner", "app")});
  } else {
    command.emplace_back("restore");
  }
  command.emplace_back("--log-level=info");
  return command;
}

json::object http_probe(std::string_view path, int failures) {
  return {{"httpGet", json::object{{"path", path}, {"port", status_port}, {"scheme", "HTTP"}}},
          {"periodSeconds", 1},
          {"timeoutSeconds", 5},
          {"failureThreshold", failures}};
}

kube::Object make_service(json::value const& cluster, std::string const& suffix,
                          json::object const& selector) {
  json::object metadata = metadata_for(cluster, kube::name_of(cluster) + "-" + suffix);
  add_pod_labels(cluster, metadata);
  json::object selected{{cluster_label, kube::name_of(cluster)}};
  selected.insert(selector.begin(), selector.end());
  json::object spec{
      {"ports", json::array{json::object{
                    {"name", "postgres"}, {"protocol", "TCP"}, {"port", 5432}, {"targetPort", 5432}}}},
      {"selector", std::move(selected)},
      {"type", "ClusterIP"}};
  metadata["annotations"].as_object()["cnpg.io/lastAppliedSpec"] = json::serialize(spec);
  return {{"apiVersion", "v1"},
          {"kind", "Service"},
          {"metadata", std::move(metadata)},
          {"spec", std::move(spec)}};
}

}  // namespace

std::string bootstrap_role(json::value const& cluster) {
  return find(cluster, "spec.bootstrap.recovery") != nullptr ? "full-recovery" : "initdb";
}

std::string image_of(json::value const& cluster) {
  return get_string(cluster, "spec.imageName", "registry.local/postgresql:15");
}

std::string major_version_of(json::value const& cluster) {
  std::string const image = image_of(cluster);
  auto const colon = image.rfind(':');
  std::string const tag = colon == std::string::npos ? "" : image.substr(colon + 1);
  return tag.substr(0, tag.find_first_not_of("0123456789"));
}

json::object metadata_for(json::value const& cluster, std::string const& name) {
  return {{"name", name},
          {"namespace", get_string(cluster, "metadata.namespace")},
          {"labels", json::object{{"app.kubernetes.io/managed-by", "cloudnative-pg"},
                                  {cluster_label, kube::name_of(cluster)}}},
          {"annotations", json::object{{"cnpg.io/operatorVersion", operator_version}}},
          {"ownerReferences", json::array{json::object{{"apiVersion", kube::cluster_type.api_version()},
                                                       {"kind", "Cluster"},
                                                       {"name", kube::name_of(cluster)},
                                                       {"uid", kube::uid_of(cluster)},
                                                       {"controller", true},
                                                       {"blockOwnerDeletion", true}}}}};
}

kube::Object make_claim(json::value const& cluster, int serial) {
  std::string const name = instance_name(cluster, serial);
  json::object metadata = metadata_for(cluster, name);
  labels_of(metadata)["app.kubernetes.io/component"] = "database";
  labels_of(metadata)["app.kubernetes.io/name"] = "postgresql";
  labels_of(metadata)[instance_label] = name;
  labels_of(metadata)["cnpg.io/pvcRole"] = "PG_DATA";
  metadata["annotations"].as_object()[serial_annotation] = std::to_string(serial);
  metadata["annotations"].as_object()[claim_status_annotation] = "initializing";
  std::string const size = get_string(cluster, "spec.storage.size", "1Gi");
  return {
      {"apiVersion", "v1"},
      {"kind", "PersistentVolumeClaim"},
      {"metadata", std::move(metadata)},
      {"spec", json::object{{"accessModes", json::array{"ReadWriteOnce"}},
                            {"resources", json::object{{"requests", json::object{{"storage", size}}}}},
                            {"storageClassName", get_string(cluster, "spec.storage.storageClass", "local")},
                            {"volumeMode", "Filesystem"}}}};
}

kube::Object make_job(json::value const& cluster, int serial, std::string const& role) {
  std::string const instance = instance_name(cluster, serial);
  std::string const name = instance + "-" + role;
  json::object metadata = metadata_for(cluster, name);
  add_pod_labels(cluster, metadata);
  labels_of(metadata)[instance_label] = instance;
  labels_of(metadata)[job_role_label] = role;
  json::object pod_metadata{{"labels", metadata.at("labels")}, {"annotations", metadata.at("annotations")}};
  json::object spec = pod_spec(instance, name, container(cluster, role, name, job_command(cluster, role)));
  spec["restartPolicy"] = "Never";
  spec["serviceAccountName"] = kube::name_of(cluster);
  return {{"apiVersion", "batch/v1"},
          {"kind", "Job"},
          {"metadata", std::move(metadata)},
          {"spec", json::object{{"backoffLimit", 6},
                                {"template", json::object{{"metadata", std::move(pod_metadata)},
                                                          {"spec", std::move(spec)}}}}}};
}

kube::Object make_pod(json::value const& cluster, int serial) {
  std::string const name = instance_name(cluster, serial);
  json::object metadata = metadata_for(cluster, name);
  add_pod_labels(cluster, metadata);
  labels_of(metadata)[instance_label] = name;
  labels_of(metadata)[pod_role_label] = "instance";
  metadata["annotations"].as_object()[serial_annotation] = std::to_string(serial);
  json::object main =
      container(cluster, "postgres", name,
                {"/controller/manager", "instance", "run", "--status-port-tls", "--log-level=info"});
  main["ports"] =
      json::array{json::object{{"name", "postgresql"}, {"containerPort", 5432}, {"protocol", "TCP"}},
                  json::object{{"name", "status"}, {"containerPort", status_port}, {"protocol", "TCP"}}};
  main["startupProbe"] = http_probe("/healthz", 3600);
  main["readinessProbe"] = http_probe("/readyz", 3);
  json::object spec = pod_spec(name, name, std::move(main));
  spec["restartPolicy"] = "Always";
  spec["serviceAccountName"] = kube::name_of(cluster);
  spec["terminationGracePeriodSeconds"] = get_int(cluster, "spec.stopDelay", instance_grace_seconds);
  return {
      {"apiVersion", "v1"}, {"kind", "Pod"}, {"metadata", std::move(metadata)}, {"spec", std::move(spec)}};
}

std::vector<kube::Object> make_services(json::value const& cluster) {
  return {make_service(cluster, "r", {{pod_role_label, "instance"}}),
          make_service(cluster, "ro", {{role_label, "replica"}}),
          make_service(cluster, "rw", {{role_label, "primary"}})};
}

}  // namespace pgdrill::sandbox::cnpg
