// Services and claims beside real pods.
#include <gtest/gtest.h>

#include "fixture.hpp"
#include "harness/net/socket.hpp"
#include "harness/sandbox/kubelet/claims.hpp"
#include "harness/sandbox/kubelet/services.hpp"

namespace pgdrill::sandbox::test {
namespace {

void start_services(Scope& scope, Sandbox& sandbox) {
  scope.spawn("services", run_services(sandbox.store, sandbox.environment));
  scope.spawn("claims", run_claims(sandbox.store, sandbox.environment));
}

/// A pod that lives; what listens on its address is the test's.
json::object idle_pod(std::string const& name, std::string const& role) {
  json::object pod = shell_pod(name, "sleep 1000");
  set(pod, "metadata.labels", {{"app", "db"}, {"role", json::string(role)}});
  return pod;
}

json::object service(std::string const& name, json::object selector) {
  return {
      {"metadata", {{"name", name}, {"namespace", "default"}}},
      {"spec",
       {{"selector", std::move(selector)}, {"ports", json::array{{{"port", 5432}, {"targetPort", 6000}}}}}}};
}

Task<> greet(std::shared_ptr<net::Listener> listener, std::string greeting) {
  while (true) {
    auto connection = co_await listener->accept();
    if (!connection) co_return;
    Result<> const written = co_await write_all(**connection, greeting);
    EXPECT_TRUE(written);
  }
}

Task<std::string> connect_and_read(std::string address) {
  auto connection = co_await net::connect_tcp(address, 5432, std::chrono::seconds(5));
  if (!connection) co_return "refused";
  auto text = co_await read_all(**connection);
  co_return text ? *text : "broken";
}

Task<std::string> ready_address(Store& store, std::string pod) {
  std::function<bool()> const ready = [&] { return get_bool(container_of(store, pod), "ready"); };
  bool const met = co_await until(store, ready);
  EXPECT_TRUE(met);
  co_return get_string(pod_of(store, pod), "status.podIP");
}

/// Asks until the answer is the wanted one; the controller needs a turn of the loop to see a change.
Task<Result<>> answers(std::string address, std::string wanted) {
  while (true) {
    std::string const answer = co_await connect_and_read(address);
    if (answer == wanted) co_return Result<>();
    co_await sleep_for(std::chrono::milliseconds(1));
  }
}

Task<> expect_answer(std::string address, std::string wanted) {
  Result<> const met = co_await with_deadline(answers(address, wanted), std::chrono::seconds(10), "answer");
  EXPECT_TRUE(met) << "never answered: " << wanted;
}

Task<> follow_selector(Scope& scope, Sandbox& sandbox) {
  Store& store = sandbox.store;
  EXPECT_TRUE(store.create(kube::service_type, service("db", {{"app", "db"}, {"role", "primary"}})));
  std::function<bool()> const addressed = [&] {
    return !get_string(*store.get(kube::service_type, "default", "db"), "spec.clusterIP").empty();
  };
  bool const has_address = co_await until(store, addressed);
  EXPECT_TRUE(has_address);
  std::string const address = get_string(*store.get(kube::service_type, "default", "db"), "spec.clusterIP");
  co_await expect_answer(address, "refused");
  EXPECT_TRUE(store.create(kube::pod_type, idle_pod("one", "primary")));
  EXPECT_TRUE(store.create(kube::pod_type, idle_pod("two", "replica")));
  asio::any_io_executor const executor = co_await asio::this_coro::executor;
  std::vector<std::shared_ptr<net::Listener>> listeners;
  for (std::string const name : {"one", "two"}) {
    std::string const pod_address = co_await ready_address(store, name);
    auto listener = net::Listener::bind(executor, pod_address, 6000);
    EXPECT_TRUE(listener);
    listeners.emplace_back(std::move(*listener));
    scope.spawn(name, greet(listeners.back(), name));
  }
  co_await expect_answer(address, "one");
  EXPECT_TRUE(store.modify(kube::service_type, "default", "db", false,
                           [](kube::Object& object) { set(object, "spec.selector.role", "replica"); }));
  co_await expect_answer(address, "two");
  EXPECT_TRUE(store.remove(kube::pod_type, "default", "two", 0));
  co_await expect_answer(address, "refused");
  for (auto const& listener : listeners) listener->close();
}

Task<> follows_the_ready_pod(Sandbox& sandbox) {
  std::function<Task<>(Scope&)> body = [&](Scope& scope) { return follow_selector(scope, sandbox); };
  co_await with_scope(std::move(body));
}

TEST(Service, FollowsTheReadyPodOfItsSelector) { with_kubelet(follows_the_ready_pod, start_services); }

Task<> hold(std::shared_ptr<net::Listener> listener, std::unique_ptr<ByteStream>& held) {
  auto connection = co_await listener->accept();
  if (connection) held = std::move(*connection);
}

Task<> cut_connection(Scope& scope, Sandbox& sandbox) {
  Store& store = sandbox.store;
  EXPECT_TRUE(store.create(kube::service_type, service("db", {{"app", "db"}})));
  EXPECT_TRUE(store.create(kube::pod_type, idle_pod("one", "primary")));
  std::string const pod_address = co_await ready_address(store, "one");
  asio::any_io_executor const executor = co_await asio::this_coro::executor;
  auto bound = net::Listener::bind(executor, pod_address, 6000);
  EXPECT_TRUE(bound);
  std::shared_ptr<net::Listener> const listener = std::move(*bound);
  // The test holds the pod's end open: that the client is cut is the forwarder's doing.
  std::unique_ptr<ByteStream> held;
  scope.spawn("hold", hold(listener, held));
  std::string const address = get_string(*store.get(kube::service_type, "default", "db"), "spec.clusterIP");
  Result<std::unique_ptr<ByteStream>> client = fail({});
  while (!client) client = co_await net::connect_tcp(address, 5432, std::chrono::seconds(5));
  while (!held) co_await sleep_for(std::chrono::milliseconds(1));
  EXPECT_TRUE(store.remove(kube::pod_type, "default", "one", 0));
  auto const rest = co_await with_deadline(read_all(**client), std::chrono::seconds(10), "the end");
  EXPECT_TRUE(rest || rest.error().kind != ErrorKind::timeout);
  listener->close();
}

Task<> cuts_connections(Sandbox& sandbox) {
  std::function<Task<>(Scope&)> body = [&](Scope& scope) { return cut_connection(scope, sandbox); };
  co_await with_scope(std::move(body));
}

TEST(Service, CutsConnectionsToPodsThatAreGone) { with_kubelet(cuts_connections, start_services); }

Task<> tells_of_busy_address(Sandbox& sandbox) {
  asio::any_io_executor const executor = co_await asio::this_coro::executor;
  std::string const address = sandbox.environment.network + ".200.1";
  auto const occupier = net::Listener::bind(executor, address, 5432);
  EXPECT_TRUE(occupier);
  json::object occupied = service("db", {{"app", "db"}});
  set(occupied, "spec.clusterIP", json::string(address));
  EXPECT_TRUE(sandbox.store.create(kube::service_type, occupied));
  EXPECT_TRUE(sandbox.store.create(kube::pod_type, idle_pod("one", "primary")));
  std::function<bool()> const told = [&] { return has_event(sandbox.store, "db", "FailedToListen"); };
  bool const met = co_await until(sandbox.store, told);
  EXPECT_TRUE(met);
}

TEST(Service, TellsOfABusyAddressByAnEvent) { with_kubelet(tells_of_busy_address, start_services); }

Task<> keeps_claim(Sandbox& sandbox) {
  Store& store = sandbox.store;
  EXPECT_TRUE(store.create(kube::volume_claim_type,
                           {{"metadata", {{"name", "disk"}, {"namespace", "default"}}},
                            {"spec", {{"resources", {{"requests", {{"storage", "1Gi"}}}}}}}}));
  json::object spec{
      {"volumes", json::array{{{"name", "data"}, {"persistentVolumeClaim", {{"claimName", "disk"}}}}}}};
  EXPECT_TRUE(store.create(kube::pod_type, shell_pod("user", "sleep 1000", spec)));
  co_await ready_address(store, "user");
  json::value const claim = *store.get(kube::volume_claim_type, "default", "disk");
  EXPECT_EQ(get_string(claim, "status.phase"), "Bound");
  EXPECT_EQ(get_string(claim, "status.capacity.storage"), "1Gi");
  auto const directory = sandbox.kubelet.claim_directory("default", "disk");
  EXPECT_TRUE(store.remove(kube::volume_claim_type, "default", "disk"));
  EXPECT_TRUE(store.get(kube::volume_claim_type, "default", "disk"));
  EXPECT_TRUE(store.remove(kube::pod_type, "default", "user", 0));
  std::function<bool()> const gone = [&] { return !store.get(kube::volume_claim_type, "default", "disk"); };
  bool const met = co_await until(store, gone);
  EXPECT_TRUE(met);
  while (std::filesystem::exists(directory)) co_await sleep_for(std::chrono::milliseconds(1));
}

TEST(Claim, IsProtectedWhileUsedAndGoesWithItsDirectory) { with_kubelet(keeps_claim, start_services); }

}  // namespace
}  // namespace pgdrill::sandbox::test
