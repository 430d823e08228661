#include "harness/sandbox/kubelet/services.hpp"

#include <fmt/format.h>

#include <map>

#include "harness/base/text.hpp"
#include "harness/sandbox/kubelet/addresses.hpp"
#include "harness/sandbox/kubelet/probe.hpp"
#include "harness/sandbox/kubelet/reconcile.hpp"

namespace pgdrill::sandbox {
namespace {

constexpr auto bind_retry = std::chrono::seconds(5);

std::string namespace_of(json::value const& object) { return get_string(object, "metadata.namespace"); }

class ServiceController {
 public:
  ServiceController(asio::any_io_executor executor, Store& store, Environment environment)
      : executor_(std::move(executor)),
        store_(store),
        addresses_(environment.network, AddressPool::services_first, AddressPool::services_last) {}

  Task<> run(Scope& scope) {
    Reconcile reconcile = [this, &scope] { return look(scope); };
    co_await reconcile_forever(store_, {kube::service_type, kube::pod_type}, std::move(reconcile));
  }

 private:
  using Key = std::pair<std::string, std::uint16_t>;

  Monotonic look(Scope& scope) {
    Monotonic next = Monotonic::max();
    std::set<Key> wanted;
    std::set<std::string> present;
    for (auto const& service : store_.list(kube::service_type, "")) {
      if (get_string(service, "spec.type") == "ExternalName" ||
          get_string(service, "spec.clusterIP") == "None") {
        continue;
      }
      present.insert(kube::uid_of(service));
      if (!serve(scope, service, wanted)) next = std::chrono::steady_clock::now() + bind_retry;
    }
    stop_unwanted(wanted);
    std::set<std::string> pods;
    for (auto const& pod : store_.list(kube::pod_type, "")) pods.insert(kube::uid_of(pod));
    for (auto const& [key, forwarder] : forwarders_) forwarder->cut_gone(pods);
    forget_addresses(present);
    return next;
  }

  /// False when an address could not be bound.
  bool serve(Scope& scope, json::value const& service, std::set<Key>& wanted) {
    std::string const address = address_of(service);
    auto const* ports = find(service, "spec.ports");
    if (ports == nullptr || !ports->is_array()) return true;
    bool bound = true;
    for (auto const& port : ports->get_array()) {
      if (get_string(port, "protocol", "TCP") != "TCP") continue;
      Key const key{address, static_cast<std::uint16_t>(get_int(port, "port"))};
      wanted.insert(key);
      auto& forwarder = forwarders_[key];
      if (!forwarder) {
        forwarder = std::make_shared<Forwarder>(executor_, key.first, key.second);
        scope.spawn("service " + kube::name_of(service), run_forwarder(forwarder));
      }
      auto const listening = forwarder->set_endpoints(endpoints_of(store_, service, port));
      if (listening) continue;
      bound = false;
      store_.record_event(service, "Warning", "FailedToListen", describe(listening.error()));
    }
    return bound;
  }

  static Task<> run_forwarder(std::shared_ptr<Forwarder> forwarder) { co_await forwarder->run(); }

  /// A service keeps its address for life, also when somebody writes it back without one.
  std::string address_of(json::value const& service) {
    std::string const uid = kube::uid_of(service);
    std::string const present = get_string(service, "spec.clusterIP");
    auto const known = given_.find(uid);
    if (!present.empty()) {
      if (known == given_.end()) {
        (void)addresses_.reserve(present);
        given_[uid] = present;
      }
      return present;
    }
    std::string const address = known != given_.end() ? known->second : addresses_.take();
    given_[uid] = address;
    (void)store_.modify(kube::service_type, namespace_of(service), kube::name_of(service), false,
                        [&](kube::Object& object) {
                          set(object, "spec.clusterIP", json::string(address));
                          set(object, "spec.clusterIPs", json::array{json::string(address)});
                        });
    return address;
  }

  void stop_unwanted(std::set<Key> const& wanted) {
    std::erase_if(forwarders_, [&](auto const& entry) {
      if (wanted.contains(entry.first)) return false;
      entry.second->stop();
      return true;
    });
  }

  void forget_addresses(std::set<std::string> const& present) {
    std::erase_if(given_, [&](auto const& entry) {
      if (present.contains(entry.first)) return false;
      addresses_.give_back(entry.second);
      return true;
    });
  }

  asio::any_io_executor executor_;
  Store& store_;
  AddressPool addresses_;
  std::map<std::string, std::string> given_;  ///< addresses by the service's uid
  std::map<Key, std::shared_ptr<Forwarder>> forwarders_;
};

}  // namespace

std::string selector_of(json::value const& service) {
  auto const* labels = find(service, "spec.selector");
  if (labels == nullptr || !labels->is_object()) return "";
  std::vector<std::string> parts;
  for (auto const& [key, value] : labels->get_object()) {
    if (value.is_string())
      parts.push_back(fmt::format("{}={}", std::string_view(key), value.get_string().c_str()));
  }
  return join(parts, ",");
}

std::uint16_t target_port(json::value const& port, json::value const& pod) {
  auto const* target = find(port, "targetPort");
  if (target == nullptr || target->is_null()) return static_cast<std::uint16_t>(get_int(port, "port"));
  auto const* containers = find(pod, "spec.containers");
  if (containers == nullptr || !containers->is_array()) return port_number(*target, {});
  for (auto const& container : containers->get_array()) {
    if (auto const number = port_number(*target, container); number != 0) return number;
  }
  return 0;
}

std::vector<Endpoint> endpoints_of(Store const& store, json::value const& service, json::value const& port) {
  std::vector<Endpoint> endpoints;
  std::string const selector = selector_of(service);
  if (selector.empty()) return endpoints;
  bool const unready_too = get_bool(service, "spec.publishNotReadyAddresses");
  for (auto const& pod : store.list(kube::pod_type, namespace_of(service), selector)) {
    std::string const address = get_string(pod, "status.podIP");
    std::string const phase = get_string(pod, "status.phase");
    auto const* ready = kube::condition_of(pod, "Ready");
    bool const is_ready = ready != nullptr && get_string(*ready, "status") == "True";
    if (address.empty() || (!is_ready && !unready_too) || phase == "Succeeded" || phase == "Failed") continue;
    if (find(pod, "metadata.deletionTimestamp") != nullptr) continue;
    std::uint16_t const number = target_port(port, pod);
    if (number != 0) endpoints.push_back({kube::uid_of(pod), address, number});
  }
  return endpoints;
}

Task<> run_services(Store& store, Environment environment) {
  asio::any_io_executor const executor = co_await asio::this_coro::executor;
  ServiceController controller(executor, store, std::move(environment));
  std::function<Task<>(Scope&)> body = [&](Scope& scope) { return controller.run(scope); };
  co_await with_scope(std::move(body));
}

}  // namespace pgdrill::sandbox
