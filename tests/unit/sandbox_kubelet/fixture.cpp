#include "fixture.hpp"

#include <unistd.h>

namespace pgdrill::sandbox::test {
namespace {

constexpr auto test_deadline = std::chrono::seconds(20);

Task<Result<>> follow(Store& store, std::function<bool()> condition) {
  auto subscription = store.subscribe(store.version());
  while (!condition()) {
    auto const event = co_await (*subscription)->next();
    if (!event) co_return fail(event.error());
  }
  co_return Result<>();
}

Task<> beside(Scope& scope, Sandbox& sandbox, std::function<Task<>(Sandbox&)> body,
              std::function<void(Scope&, Sandbox&)> more) {
  scope.spawn("kubelet", sandbox.kubelet.run());
  if (more) more(scope, sandbox);
  co_await body(sandbox);
  scope.cancel();
}

Task<> run_all(std::function<Task<>(Sandbox&)> body, std::function<void(Scope&, Sandbox&)> more,
               std::string user) {
  asio::any_io_executor const executor = co_await asio::this_coro::executor;
  auto const directory = make_temporary_directory();
  EXPECT_TRUE(directory);
  Environment environment;
  environment.directory = *directory;
  // Tests may run at the same time: each has a network of its own.
  environment.network = "127." + std::to_string(100 + ::getpid() % 100);
  environment.self = "/bin/echo";
  environment.run_as = user;
  environment.postgres_bin = "/usr/lib/postgresql/15/bin";
  // Pods of another user have to get through it.
  std::filesystem::permissions(*directory, std::filesystem::perms(0755));
  Store store(executor);
  auto const kubelet = Kubelet::create(executor, store, environment);
  Sandbox sandbox{store, *kubelet, environment};
  std::function<Task<>(Scope&)> whole = [&](Scope& scope) { return beside(scope, sandbox, body, more); };
  co_await with_scope(std::move(whole));
  std::filesystem::remove_all(*directory);
}

}  // namespace

void with_kubelet(std::function<Task<>(Sandbox&)> body, std::function<void(Scope&, Sandbox&)> more) {
  run_to_end(run_all(std::move(body), std::move(more), ""));
}

void with_kubelet_as(std::string const& user, std::function<Task<>(Sandbox&)> body) {
  run_to_end(run_all(std::move(body), {}, user));
}

json::object shell_pod(std::string const& name, std::string const& script, json::object extra,
                       json::object container) {
  container["name"] = "main";
  container["image"] = "registry.local/any:1";
  container["command"] = json::array{"sh", "-c", script};
  extra["containers"] = json::array{std::move(container)};
  if (!extra.contains("restartPolicy")) extra["restartPolicy"] = "Never";
  return {{"metadata", {{"name", name}, {"namespace", "default"}}}, {"spec", std::move(extra)}};
}

Task<bool> until(Store& store, std::function<bool()> condition) {
  Result<> const met = co_await with_deadline(follow(store, condition), test_deadline, "the condition");
  co_return met.has_value();
}

Task<bool> until_phase(Store& store, std::string pod, std::string phase) {
  std::function<bool()> const reached = [&] {
    return get_string(pod_of(store, pod), "status.phase") == phase;
  };
  bool const met = co_await until(store, reached);
  co_return met;
}

json::value pod_of(Store const& store, std::string const& name) {
  auto const pod = store.get(kube::pod_type, "default", name);
  return pod ? *pod : json::value();
}

std::string log_of(Sandbox& sandbox, std::string const& pod) {
  auto const file = sandbox.kubelet.log_file("default", pod, "", false);
  if (!file) return describe(file.error());
  auto const text = read_file(*file);
  return text ? *text : describe(text.error());
}

json::value container_of(Store const& store, std::string const& pod) {
  json::value const object = pod_of(store, pod);
  auto const* statuses = find(object, "status.containerStatuses");
  return statuses != nullptr && statuses->is_array() ? statuses->get_array().at(0) : json::value();
}

bool has_event(Store const& store, std::string const& about, std::string const& reason) {
  for (auto const& event : store.list(kube::event_type, "default")) {
    if (get_string(event, "involvedObject.name") == about && get_string(event, "reason") == reason)
      return true;
  }
  return false;
}

}  // namespace pgdrill::sandbox::test
