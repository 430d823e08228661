#include <algorithm>

#include "harness/kube/client.hpp"

namespace pgdrill::kube {

namespace {

json::value const* port_of(json::value const& service, std::uint16_t port) {
  json::value const* const ports = find(service, "spec.ports");
  if (ports == nullptr || !ports->is_array()) return nullptr;
  for (json::value const& candidate : ports->get_array()) {
    if (get_int(candidate, "port") == port) return &candidate;
  }
  return nullptr;
}

/// "a=b,c=d" from spec.selector; empty when the service has none.
std::string selector_of(json::value const& service) {
  std::string selector;
  json::value const* const labels = find(service, "spec.selector");
  if (labels == nullptr || !labels->is_object()) return selector;
  for (auto const& [key, value] : labels->get_object()) {
    if (!value.is_string()) continue;
    selector += (selector.empty() ? "" : ",") + std::string(key) + "=" + std::string(value.get_string());
  }
  return selector;
}

bool is_ready(json::value const& pod) {
  if (find(pod, "metadata.deletionTimestamp") != nullptr) return false;
  json::value const* const ready = condition_of(pod, "Ready");
  return ready != nullptr && get_string(*ready, "status") == "True";
}

/// The number that a named targetPort has in this pod; 0 when no container names it.
std::uint16_t container_port(json::value const& pod, std::string_view name) {
  json::value const* const containers = find(pod, "spec.containers");
  if (containers == nullptr || !containers->is_array()) return 0;
  for (json::value const& container : containers->get_array()) {
    json::value const* const ports = find(container, "ports");
    if (ports == nullptr || !ports->is_array()) continue;
    for (json::value const& port : ports->get_array()) {
      if (get_string(port, "name") == name) return static_cast<std::uint16_t>(get_int(port, "containerPort"));
    }
  }
  return 0;
}

std::uint16_t target_port(json::value const& service_port, json::value const& pod) {
  json::value const* const target = find(service_port, "targetPort");
  if (target != nullptr && target->is_string()) return container_port(pod, target->get_string());
  return static_cast<std::uint16_t>(get_int(service_port, "targetPort", get_int(service_port, "port")));
}

}  // namespace

Task<Result<PodTarget>> select_pod(Client& client, std::string ns, std::string service, std::uint16_t port) {
  ObjectRef const ref{service_type, ns, service};
  CO_TRY(json::value const object, co_await client.get(ref));
  json::value const* const service_port = port_of(object, port);
  if (service_port == nullptr) {
    co_return fail({.kind = ErrorKind::not_found,
                    .what = "the service has no port " + std::to_string(port),
                    .where = ref.text()});
  }
  std::string const selector = selector_of(object);
  if (selector.empty()) {
    co_return fail({.kind = ErrorKind::invalid,
                    .what = "the service selects no pods",
                    .where = ref.text(),
                    .why = "it has no selector"});
  }
  CO_TRY(ObjectList const pods, co_await client.list(pod_type, ns, {.label_selector = selector}));
  auto const ready = std::find_if(pods.items.begin(), pods.items.end(), is_ready);
  if (ready == pods.items.end()) {
    co_return fail(
        {.kind = ErrorKind::unreachable,
         .what = "no pod of the service is ready",
         .where = ref.text(),
         .why = std::to_string(pods.items.size()) + " pods match " + selector + ", none of them is ready",
         .code = "NoPodReady"});
  }
  PodTarget const target{name_of(*ready), target_port(*service_port, *ready)};
  if (target.port == 0) {
    co_return fail({.kind = ErrorKind::not_found,
                    .what = "the pod has no port '" + get_string(*service_port, "targetPort") + "'",
                    .where = ObjectRef{pod_type, ns, target.pod}.text()});
  }
  co_return target;
}

}  // namespace pgdrill::kube
