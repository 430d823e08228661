#include "harness/sandbox/kubelet/kubelet.hpp"

#include <fmt/format.h>

#include "harness/net/socket.hpp"
#include "harness/sandbox/api/errors.hpp"
#include "harness/sandbox/kubelet/addresses.hpp"
#include "harness/sandbox/kubelet/layout.hpp"
#include "harness/sandbox/kubelet/leftovers.hpp"
#include "harness/sandbox/kubelet/pod.hpp"

namespace pgdrill::sandbox {
namespace {

constexpr auto dial_limit = std::chrono::seconds(5);

class SandboxKubelet : public Kubelet {
 public:
  SandboxKubelet(asio::any_io_executor executor, Store& store, Environment environment)
      : executor_(std::move(executor)),
        store_(store),
        environment_(std::move(environment)),
        addresses_(environment_.network, AddressPool::pods_first, AddressPool::pods_last) {}

  Task<> run() override {
    std::exception_ptr problem;
    try {
      std::function<Task<>(Scope&)> body = [this](Scope& scope) { return follow(scope); };
      co_await with_scope(std::move(body));
    } catch (...) {
      problem = std::current_exception();
    }
    kill_leftovers(environment_.directory);
    if (problem) std::rethrow_exception(problem);
  }

  Result<std::filesystem::path> log_file(std::string const& ns, std::string const& pod,
                                         std::string const& container, bool previous) const override {
    TRY(auto const found, container_of(ns, pod, container));
    auto const& state = found->state();
    if (state.id.empty()) {
      return fail(bad_request_error(fmt::format("container \"{}\" in pod \"{}\" is waiting to start: {}",
                                                found->name(), pod, state.reason)));
    }
    if (previous && state.restarts == 0) {
      return fail(bad_request_error(
          fmt::format("previous terminated container \"{}\" in pod \"{}\" not found", found->name(), pod)));
    }
    return found->log_file(previous);
  }

  bool container_running(std::string const& ns, std::string const& pod,
                         std::string const& container) const override {
    auto const found = container_of(ns, pod, container);
    return found && (*found)->running();
  }

  Result<std::unique_ptr<Process>> exec(std::string const& ns, std::string const& pod,
                                        std::string const& container,
                                        std::vector<std::string> command) override {
    TRY(auto const found, container_of(ns, pod, container));
    return found->exec(std::move(command));
  }

  Task<Result<std::unique_ptr<ByteStream>>> dial(std::string ns, std::string pod,
                                                 std::uint16_t port) override {
    auto const found = pod_of(ns, pod);
    if (!found) co_return fail(found.error());
    std::string const address = (*found)->ip();
    auto connected = co_await net::connect_tcp(address, port, dial_limit);
    co_return connected;
  }

  std::filesystem::path claim_directory(std::string const& ns, std::string const& claim) const override {
    auto const object = store_.get(kube::volume_claim_type, ns, claim);
    if (!object) return environment_.directory / "claims" / ns / claim;
    std::filesystem::path const directory = claim_directory_of(environment_, *object);
    (void)make_directory(environment_, directory, 0700);
    return directory;
  }

  std::filesystem::path pod_directory(std::string const& ns, std::string const& pod) const override {
    return pod_directory_of(environment_, ns, pod);
  }

 private:
  Task<> follow(Scope& scope) {
    while (true) {
      auto subscription = store_.subscribe(store_.version());
      if (!subscription) continue;
      adopt_all(scope);
      while (true) {
        auto event = co_await (*subscription)->next();
        if (!event) break;  // we were too slow: look at everything again
        react(scope, *event);
      }
    }
  }

  void adopt_all(Scope& scope) {
    std::vector<json::value> const pods = store_.list(kube::pod_type, "");
    for (auto const& pod : pods) adopt(scope, pod);
    for (auto const& [uid, pod] : pods_) {
      auto const present = [&](json::value const& object) { return kube::uid_of(object) == pod->uid(); };
      if (std::none_of(pods.begin(), pods.end(), present)) pod->vanish();
    }
  }

  void adopt(Scope& scope, json::value const& object) {
    std::string const uid = kube::uid_of(object);
    if (auto const known = pods_.find(uid); known != pods_.end()) {
      known->second->update(object);
      return;
    }
    auto const pod = std::make_shared<Pod>(executor_, store_, environment_, object, addresses_.take());
    pods_[uid] = pod;
    pod->update(object);
    scope.spawn("pod " + pod->key(), run_pod(pod));
  }

  Task<> run_pod(std::shared_ptr<Pod> pod) {
    // A pod of the same name that was deleted by force has to be over before its directory is used again.
    while (predecessor_of(*pod)) co_await ended_.wait();
    co_await pod->run();
    addresses_.give_back(pod->ip());
    pods_.erase(pod->uid());
    ended_.notify();
  }

  bool predecessor_of(Pod const& pod) const {
    return std::any_of(pods_.begin(), pods_.end(), [&](auto const& entry) {
      return entry.second.get() != &pod && entry.second->key() == pod.key();
    });
  }

  void react(Scope& scope, StoreEvent const& event) {
    if (event.type_of_object == kube::pod_type) {
      if (event.type != StoreEvent::Type::deleted) return adopt(scope, event.object);
      auto const known = pods_.find(kube::uid_of(event.object));
      if (known != pods_.end()) known->second->vanish();
      return;
    }
    bool const data =
        event.type_of_object == kube::secret_type || event.type_of_object == kube::config_map_type;
    bool const others =
        event.type_of_object == kube::volume_claim_type || event.type_of_object == kube::service_type;
    if (!data && !others) return;
    std::string const prefix = get_string(event.object, "metadata.namespace") + "/";
    for (auto const& [uid, pod] : pods_) {
      if (!pod->key().starts_with(prefix)) continue;
      data ? pod->refresh_volumes() : pod->wake();
    }
  }

  Result<Pod*> pod_of(std::string const& ns, std::string const& name) const {
    auto const object = store_.get(kube::pod_type, ns, name);
    if (!object) return fail(object.error());
    auto const known = pods_.find(kube::uid_of(*object));
    if (known == pods_.end()) {
      return fail(bad_request_error(fmt::format("pod {} does not have a host assigned", name)));
    }
    return known->second.get();
  }

  Result<Container*> container_of(std::string const& ns, std::string const& pod,
                                  std::string const& container) const {
    TRY(Pod* const found, pod_of(ns, pod));
    return found->container(container);
  }

  asio::any_io_executor executor_;
  Store& store_;
  Environment environment_;
  AddressPool addresses_;
  std::map<std::string, std::shared_ptr<Pod>> pods_;  ///< by uid
  Wake ended_;
};

}  // namespace

std::unique_ptr<Kubelet> Kubelet::create(asio::any_io_executor executor, Store& store,
                                         Environment environment) {
  // Processes are told by the directory that stands in their environment: it must be the same text
  // everywhere.
  std::error_code problem;
  auto const whole = std::filesystem::weakly_canonical(environment.directory, problem);
  if (!problem) environment.directory = whole;
  return std::make_unique<SandboxKubelet>(std::move(executor), store, std::move(environment));
}

}  // namespace pgdrill::sandbox
