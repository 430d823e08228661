#include "harness/sandbox/kubelet/endpoint_slices.hpp"

#include <algorithm>

#include "harness/base/time.hpp"
#include "harness/sandbox/api/types.hpp"
#include "harness/sandbox/kubelet/reconcile.hpp"
#include "harness/sandbox/kubelet/services.hpp"

namespace pgdrill::sandbox {
namespace {

std::string namespace_of(json::value const& object) { return get_string(object, "metadata.namespace"); }

struct Backends {
  json::array pods;
  json::array ports;  ///< EndpointPort objects
};

bool is_ready(json::value const& pod) {
  auto const* condition = kube::condition_of(pod, "Ready");
  return condition != nullptr && get_string(*condition, "status") == "True";
}

Backends backends_of(Store const& store, json::value const& service) {
  Backends backends;
  for (json::value const& pod : store.list(kube::pod_type, namespace_of(service), selector_of(service))) {
    std::string const phase = get_string(pod, "status.phase");
    if (get_string(pod, "status.podIP").empty() || phase == "Succeeded" || phase == "Failed") continue;
    backends.pods.push_back(pod);
  }
  auto const* ports = find(service, "spec.ports");
  if (ports == nullptr || !ports->is_array() || backends.pods.empty()) return backends;
  for (json::value const& port : ports->get_array()) {
    backends.ports.push_back({{"name", get_string(port, "name")},
                              {"port", target_port(port, backends.pods.front())},
                              {"protocol", get_string(port, "protocol", "TCP")}});
  }
  return backends;
}

json::object target_of(json::value const& pod) {
  return {{"kind", "Pod"},
          {"namespace", namespace_of(pod)},
          {"name", kube::name_of(pod)},
          {"uid", kube::uid_of(pod)}};
}

json::value or_null(json::array list) { return list.empty() ? json::value() : json::value(std::move(list)); }

json::object slice_content(Backends const& backends) {
  json::array endpoints;
  for (json::value const& pod : backends.pods) {
    bool const ending = find(pod, "metadata.deletionTimestamp") != nullptr;
    endpoints.push_back(
        {{"addresses", {get_string(pod, "status.podIP")}},
         {"conditions",
          {{"ready", is_ready(pod) && !ending}, {"serving", is_ready(pod)}, {"terminating", ending}}},
         {"nodeName", get_string(pod, "spec.nodeName")},
         {"targetRef", target_of(pod)}});
  }
  return {{"endpoints", or_null(std::move(endpoints))}, {"ports", or_null(backends.ports)}};
}

json::object endpoints_content(Backends const& backends) {
  json::object subset;
  for (json::value const& pod : backends.pods) {
    if (find(pod, "metadata.deletionTimestamp") != nullptr) continue;
    json::value& list = subset[is_ready(pod) ? "addresses" : "notReadyAddresses"];
    if (!list.is_array()) list = json::array();
    list.as_array().push_back({{"ip", get_string(pod, "status.podIP")},
                               {"nodeName", get_string(pod, "spec.nodeName")},
                               {"targetRef", target_of(pod)}});
  }
  if (subset.empty()) return {};
  subset["ports"] = backends.ports;
  return {{"subsets", json::array{std::move(subset)}}};
}

json::object labels_of(json::value const& service) {
  auto const* labels = find(service, "metadata.labels");
  return labels != nullptr && labels->is_object() ? labels->get_object() : json::object();
}

json::object slice_of(json::value const& service) {
  json::object labels = labels_of(service);
  labels["endpointslice.kubernetes.io/managed-by"] = "endpointslice-controller.k8s.io";
  labels["kubernetes.io/service-name"] = kube::name_of(service);
  return {{"metadata",
           {{"generateName", kube::name_of(service) + "-"},
            {"namespace", namespace_of(service)},
            {"labels", std::move(labels)},
            {"annotations",
             {{"endpoints.kubernetes.io/last-change-trigger-time", format_rfc3339_seconds(wall_now())}}},
            {"ownerReferences", json::array{controller_reference(service)}}}},
          {"addressType", "IPv4"}};
}

json::object endpoints_of(json::value const& service) {
  return {{"metadata",
           {{"name", kube::name_of(service)},
            {"namespace", namespace_of(service)},
            {"labels", labels_of(service)},
            {"ownerReferences", json::array{controller_reference(service)}}}}};
}

void write(Store& store, kube::ResourceType const& type, std::string const& ns, std::string const& name,
           json::object const& content) {
  // The service may be gone meanwhile, and this with it.
  (void)store.modify(type, ns, name, false, [&](kube::Object& object) {
    for (std::string_view const field : {"endpoints", "ports", "subsets"}) {
      if (content.contains(field)) {
        object[field] = content.at(field);
      } else {
        object.erase(field);
      }
    }
  });
}

void keep(Store& store, json::value const& service) {
  std::string const ns = namespace_of(service);
  Backends const backends = backends_of(store, service);
  auto slices = store.list(endpoint_slice_type, ns, "kubernetes.io/service-name=" + kube::name_of(service));
  if (slices.empty()) {
    json::object slice = slice_of(service);
    for (auto const& [key, value] : slice_content(backends)) slice[key] = value;
    (void)store.create(endpoint_slice_type, std::move(slice));
  } else {
    write(store, endpoint_slice_type, ns, kube::name_of(slices.front()), slice_content(backends));
  }
  if (!store.get(endpoints_type, ns, kube::name_of(service)))
    (void)store.create(endpoints_type, endpoints_of(service));
  write(store, endpoints_type, ns, kube::name_of(service), endpoints_content(backends));
}

Monotonic look(Store& store) {
  for (json::value const& service : store.list(kube::service_type, "")) {
    if (!selector_of(service).empty()) keep(store, service);
  }
  return Monotonic::max();
}

}  // namespace

Task<> run_endpoint_slices(Store& store) {
  Reconcile reconcile = [&store] { return look(store); };
  co_await reconcile_forever(store, {kube::service_type, kube::pod_type}, std::move(reconcile));
}

}  // namespace pgdrill::sandbox
