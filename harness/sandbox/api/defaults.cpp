// What Kubernetes fills in on write, as far as the sandbox's parts and kubectl rely on it.
#include <fmt/format.h>
#include <openssl/rand.h>

#include <array>

#include "harness/base/files.hpp"
#include "harness/sandbox/api/cluster_defaults.hpp"
#include "harness/sandbox/api/errors.hpp"
#include "harness/sandbox/api/store_implementation.hpp"

namespace pgdrill::sandbox {
namespace {

void set_default(json::object& object, std::string_view path, json::value value) {
  auto const* present = find(object, path);
  if (present == nullptr || present->is_null()) set(object, path, std::move(value));
}

void default_pod_spec(json::object& spec, std::string_view restart_policy) {
  set_default(spec, "restartPolicy", json::string(restart_policy));
  set_default(spec, "terminationGracePeriodSeconds", 30);
  set_default(spec, "dnsPolicy", "ClusterFirst");
  set_default(spec, "schedulerName", "default-scheduler");
  for (std::string_view const list : {"containers", "initContainers"}) {
    auto* containers = spec.if_contains(list);
    if (containers == nullptr || !containers->is_array()) continue;
    for (auto& container : containers->get_array()) {
      if (!container.is_object()) continue;
      set_default(container.get_object(), "imagePullPolicy", "IfNotPresent");
      set_default(container.get_object(), "terminationMessagePath", "/dev/termination-log");
    }
  }
}

json::object* object_at(json::object& from, std::string_view name) {
  auto* value = from.if_contains(name);
  return value != nullptr && value->is_object() ? &value->get_object() : nullptr;
}

void default_job_spec(json::object& spec) {
  set_default(spec, "parallelism", 1);
  set_default(spec, "completions", 1);
  set_default(spec, "backoffLimit", 6);
  set_default(spec, "completionMode", "NonIndexed");
  set_default(spec, "suspend", false);
  if (auto* pod_template = object_at(spec, "template")) {
    if (auto* pod_spec = object_at(*pod_template, "spec")) default_pod_spec(*pod_spec, "Never");
  }
}

void default_service(json::object& spec) {
  set_default(spec, "type", "ClusterIP");
  set_default(spec, "sessionAffinity", "None");
  set_default(spec, "internalTrafficPolicy", "Cluster");
  set_default(spec, "ipFamilies", json::array{"IPv4"});
  set_default(spec, "ipFamilyPolicy", "SingleStack");
  auto* ports = spec.if_contains("ports");
  if (ports == nullptr || !ports->is_array()) return;
  for (auto& port : ports->get_array()) {
    if (!port.is_object()) continue;
    set_default(port.get_object(), "protocol", "TCP");
    if (auto const* number = port.get_object().if_contains("port")) {
      set_default(port.get_object(), "targetPort", json::value(*number));
    }
  }
}

Result<> fold_string_data(json::object& secret) {
  if (auto const* texts = secret.if_contains("stringData"); texts != nullptr && texts->is_object()) {
    json::object encoded;
    for (auto const& [key, value] : texts->get_object()) {
      if (!value.is_string())
        return fail(bad_request_error(fmt::format("stringData.{} must be a string", std::string_view(key))));
      encoded[key] = base64_encode(std::string_view(value.get_string()));
    }
    if (object_at(secret, "data") == nullptr) secret["data"] = json::object();
    for (auto& [key, value] : encoded) secret["data"].as_object()[key] = value;
  }
  secret.erase("stringData");
  set_default(secret, "type", "Opaque");
  auto const* data = object_at(secret, "data");
  if (data == nullptr) return {};
  for (auto const& [key, value] : *data) {
    if (!value.is_string() || !base64_decode(std::string_view(value.get_string()))) {
      return fail(bad_request_error(
          fmt::format("Secret in version \"v1\" cannot be handled as a Secret: illegal base64 "
                      "data in data.{}",
                      std::string_view(key))));
    }
  }
  return {};
}

}  // namespace

Result<> apply_defaults(kube::ResourceType const& type, kube::Object& object, bool creating) {
  auto* spec = object_at(object, "spec");
  if (type == kube::secret_type) TRY_VOID(fold_string_data(object));
  if (type == kube::pod_type && spec != nullptr) default_pod_spec(*spec, "Always");
  if (type == kube::job_type && spec != nullptr) default_job_spec(*spec);
  if (type == kube::service_type && spec != nullptr) default_service(*spec);
  if (type == kube::service_type && creating) set_default(object, "status.loadBalancer", json::object());
  if (type == kube::cluster_type) default_cluster(object);
  if (type == kube::backup_type && spec != nullptr) set_default(*spec, "method", "barmanObjectStore");
  if (type == kube::cron_job_type && spec != nullptr) {
    set_default(*spec, "concurrencyPolicy", "Allow");
    set_default(*spec, "suspend", false);
    set_default(*spec, "successfulJobsHistoryLimit", 3);
    set_default(*spec, "failedJobsHistoryLimit", 1);
  }
  if (type == kube::namespace_type) {
    set_default(object, "spec.finalizers", json::array{"kubernetes"});
    json::object& metadata = object["metadata"].as_object();
    if (!metadata["labels"].is_object()) metadata["labels"] = json::object();
    metadata["labels"].as_object()["kubernetes.io/metadata.name"] = get_string(object, "metadata.name");
    if (creating) set_default(object, "status.phase", "Active");
  }
  if (creating && (type == kube::pod_type || type == kube::volume_claim_type)) {
    set_default(object, "status.phase", "Pending");
  }
  return {};
}

Result<> check_immutable(kube::ResourceType const& type, json::value const& before,
                         kube::Object const& after) {
  std::string const name = kube::name_of(before);
  if (type == kube::job_type) {
    for (std::string_view const field : {"spec.template", "spec.completions", "spec.selector"}) {
      auto const* old = find(before, field);
      auto const* now = find(after, field);
      if (old == nullptr || (now != nullptr && *old == *now)) continue;
      std::string const value = now != nullptr ? json::serialize(*now) : "null";
      return fail(
          invalid_error(type, name, field, fmt::format("Invalid value: {}: field is immutable", value)));
    }
  }
  return {};
}

std::string make_uid() {
  std::array<unsigned char, 16> bytes{};
  RAND_bytes(bytes.data(), static_cast<int>(bytes.size()));
  bytes[6] = static_cast<unsigned char>((bytes[6] & 0x0FU) | 0x40U);
  bytes[8] = static_cast<unsigned char>((bytes[8] & 0x3FU) | 0x80U);
  std::string uid;
  for (std::size_t index = 0; index < bytes.size(); ++index) {
    if (index == 4 || index == 6 || index == 8 || index == 10) uid += '-';
    uid += fmt::format("{:02x}", bytes[index]);
  }
  return uid;
}

}  // namespace pgdrill::sandbox
