#include "harness/sandbox/kubelet/pod.hpp"

#include <fmt/format.h>
#include <signal.h>

#include <algorithm>

#include "harness/sandbox/api/errors.hpp"
#include "harness/sandbox/kubelet/layout.hpp"

namespace pgdrill::sandbox {
namespace {

// How soon a pod tries again to make volumes whose ConfigMap or Secret is missing.
constexpr auto mount_retry = std::chrono::seconds(2);
// Services get their address from a controller a moment after their creation; so long a new pod waits for it,
// so that its service variables are complete.
constexpr auto service_limit = std::chrono::seconds(2);
constexpr std::string_view node_name = "pgdrill-sandbox";

std::vector<std::unique_ptr<Container>> containers_at(PodContext& context, std::string_view path, bool init) {
  std::vector<std::unique_ptr<Container>> containers;
  auto const* specified = find(context.object, path);
  if (specified == nullptr || !specified->is_array()) return containers;
  for (auto const& container : specified->get_array()) {
    containers.push_back(std::make_unique<Container>(context, container, init));
  }
  return containers;
}

bool services_have_addresses(Store const& store, std::string const& ns) {
  return std::ranges::all_of(store.list(kube::service_type, ns), [](json::value const& service) {
    return get_string(service, "spec.type") == "ExternalName" ||
           !get_string(service, "spec.clusterIP").empty();
  });
}

}  // namespace

Pod::Pod(asio::any_io_executor executor, Store& store, Environment const& environment, json::value object,
         std::string ip)
    : context_{.store = store,
               .environment = environment,
               .executor = std::move(executor),
               .object = std::move(object),
               .ip = std::move(ip),
               .directory = {},
               .volumes = {},
               .wake = {},
               .stopping = false,
               .publish = [this] { publish(); }} {
  context_.directory = pod_directory_of(environment, get_string(context_.object, "metadata.namespace"),
                                        kube::name_of(context_.object));
  init_containers_ = containers_at(context_, "spec.initContainers", true);
  containers_ = containers_at(context_, "spec.containers", false);
  progress_.host_ip = environment.network + ".0.1";
}

std::string Pod::key() const {
  return get_string(context_.object, "metadata.namespace") + "/" + kube::name_of(context_.object);
}

std::filesystem::path Pod::run_directory() const {
  return run_directory_of(context_.environment, get_string(context_.object, "metadata.namespace"),
                          kube::name_of(context_.object));
}

bool Pod::deleted() const {
  return vanished_ || find(context_.object, "metadata.deletionTimestamp") != nullptr;
}

void Pod::update(json::value object) {
  bool const before = deleted();
  set(object.as_object(), "status.podIP", json::string(context_.ip));
  context_.object = std::move(object);
  if (deleted() && !before) deleted_at_ = std::chrono::steady_clock::now();
  context_.wake.notify();
}

void Pod::vanish() {
  vanished_ = true;
  context_.wake.notify();
}

void Pod::refresh_volumes() {
  context_.wake.notify();
  if (context_.volumes.empty() || deleted()) return;
  // What is missing meanwhile stays as it was, as with a real kubelet.
  (void)make_volumes(context_.store, context_.environment, context_.object);
}

bool Pod::all_ended() const {
  auto const ended = [](auto const& container) { return !container->running(); };
  return std::ranges::all_of(init_containers_, ended) && std::ranges::all_of(containers_, ended);
}

Monotonic Pod::deadline() const {
  auto const seconds = get_int(context_.object, "spec.activeDeadlineSeconds");
  if (seconds <= 0 || started_ == Monotonic{} || life_ended_) return Monotonic::max();
  return started_ + std::chrono::seconds(seconds);
}

Result<Container*> Pod::container(std::string const& name) const {
  std::string wanted = name;
  if (wanted.empty()) {
    wanted = kube::annotation_of(context_.object, "kubectl.kubernetes.io/default-container");
  }
  if (wanted.empty() && !containers_.empty()) wanted = containers_.front()->name();
  for (auto const* list : {&containers_, &init_containers_}) {
    for (auto const& container : *list) {
      if (container->name() == wanted) return container.get();
    }
  }
  return fail(bad_request_error(
      fmt::format("container {} is not valid for pod {}", wanted, kube::name_of(context_.object))));
}

void Pod::publish() {
  if (vanished_) return;
  std::string const ns = get_string(context_.object, "metadata.namespace");
  (void)context_.store.modify(kube::pod_type, ns, kube::name_of(context_.object), true,
                              [this](kube::Object& pod) {
                                if (kube::uid_of(json::value(pod)) != uid()) return;
                                write_status(pod, progress_, context_.ip, init_containers_, containers_);
                              });
}

Task<> Pod::run() {
  std::function<Task<>(Scope&)> body = [this](Scope& scope) { return supervise(scope); };
  co_await with_scope(std::move(body));
}

Task<> Pod::supervise(Scope& scope) {
  scope.spawn("containers", live());
  while (!deleted()) {
    if (std::chrono::steady_clock::now() >= deadline()) {
      progress_.failure_reason = "DeadlineExceeded";
      progress_.failure_message = "Pod was active on the node longer than the specified deadline";
      context_.event("Normal", "DeadlineExceeded", progress_.failure_message);
      deleted_at_ = std::chrono::steady_clock::now();
      co_await stop_containers();
      publish();
    }
    if (!deleted()) co_await context_.wake.wait(deadline());
  }
  co_await stop_containers();
  leave();
}

Task<> Pod::stop_containers() {
  context_.stopping = true;
  if (!vanished_) publish();
  for (auto const* list : {&init_containers_, &containers_}) {
    for (auto const& container : *list) {
      if (!container->running()) continue;
      context_.event("Normal", "Killing", "Stopping container " + container->name());
      container->signal(SIGTERM);
    }
  }
  context_.wake.notify();
  while (!life_ended_) {
    // A second, shorter deletion may come while the first one waits.
    auto const standard = get_int(context_.object, "spec.terminationGracePeriodSeconds", 30);
    auto const grace = get_int(context_.object, "metadata.deletionGracePeriodSeconds", standard);
    Monotonic const end = vanished_ ? Monotonic::min() : deleted_at_ + std::chrono::seconds(grace);
    if (std::chrono::steady_clock::now() < end) {
      co_await context_.wake.wait(end);
      continue;
    }
    for (auto const* list : {&init_containers_, &containers_}) {
      for (auto const& container : *list) container->kill();
    }
    if (!life_ended_)
      co_await context_.wake.wait(std::chrono::steady_clock::now() + std::chrono::milliseconds(100));
  }
}

void Pod::leave() {
  std::error_code ignored;
  std::filesystem::remove_all(context_.directory, ignored);
  std::filesystem::remove_all(run_directory(), ignored);
  if (vanished_) return;
  std::string const ns = get_string(context_.object, "metadata.namespace");
  auto const present = context_.store.get(kube::pod_type, ns, kube::name_of(context_.object));
  if (present && kube::uid_of(*present) == uid()) {
    context_.store.finalize(kube::pod_type, ns, kube::name_of(context_.object));
  }
}

Task<> Pod::live() {
  bool go_on = co_await schedule();
  if (go_on) go_on = co_await prepare();
  if (go_on) go_on = co_await initialize();
  if (go_on) co_await run_containers();
  life_ended_ = true;
  context_.wake.notify();
}

Task<bool> Pod::schedule() {
  std::string const ns = get_string(context_.object, "metadata.namespace");
  while (!context_.stopping) {
    std::string const claim = missing_claim(context_.store, context_.object);
    if (claim.empty()) break;
    std::string const message = fmt::format(
        "0/1 nodes are available: persistentvolumeclaim \"{}\" not found. preemption: 0/1 nodes are "
        "available: 1 "
        "Preemption is not helpful for scheduling.",
        claim);
    if (progress_.unscheduled_message != message) {
      progress_.unscheduled_message = message;
      context_.event("Warning", "FailedScheduling", message);
      publish();
    }
    co_await context_.wake.wait();
  }
  Monotonic const limit = std::chrono::steady_clock::now() + service_limit;
  while (!context_.stopping && !services_have_addresses(context_.store, ns) &&
         std::chrono::steady_clock::now() < limit) {
    co_await context_.wake.wait(limit);
  }
  if (context_.stopping) co_return false;
  progress_.scheduled = true;
  progress_.unscheduled_message.clear();
  progress_.start_time = format_rfc3339_seconds(wall_now());
  started_ = std::chrono::steady_clock::now();
  set(context_.object.as_object(), "spec.nodeName", json::string(node_name));
  set(context_.object.as_object(), "status.podIP", json::string(context_.ip));
  set(context_.object.as_object(), "status.hostIP", json::string(progress_.host_ip));
  (void)context_.store.modify(kube::pod_type, ns, kube::name_of(context_.object), false,
                              [](kube::Object& pod) { set(pod, "spec.nodeName", json::string(node_name)); });
  context_.event("Normal", "Scheduled", fmt::format("Successfully assigned {} to {}", key(), node_name));
  publish();
  co_return true;
}

Task<bool> Pod::prepare() {
  std::error_code ignored;
  std::filesystem::remove_all(context_.directory, ignored);
  std::string reported;
  while (!context_.stopping) {
    auto ready = make_directory(context_.environment, context_.directory, 0755);
    auto const run = run_directory();
    std::filesystem::remove_all(run, ignored);
    if (ready) ready = make_directory(context_.environment, run, 0750);
    std::filesystem::create_directory_symlink(run, context_.directory / "run", ignored);
    Result<Volumes> volumes = ready ? make_volumes(context_.store, context_.environment, context_.object)
                                    : Result<Volumes>(fail(ready.error()));
    if (volumes) {
      context_.volumes = *std::move(volumes);
      co_return true;
    }
    if (volumes.error().why != reported) {
      reported = volumes.error().why;
      context_.event("Warning", "FailedMount", reported);
    }
    co_await context_.wake.wait(std::chrono::steady_clock::now() + mount_retry);
  }
  co_return false;
}

Task<bool> Pod::initialize() {
  for (auto const& container : init_containers_) {
    co_await container->run();
    auto const& state = container->state();
    if (context_.stopping) co_return false;
    if (state.stage != ContainerState::Stage::terminated || state.exit_code != 0) {
      progress_.finished = true;
      publish();
      co_return false;
    }
  }
  progress_.initialized = true;
  publish();
  co_return !context_.stopping;
}

Task<> Pod::run_containers() {
  std::function<Task<>(Scope&)> body = [this](Scope& scope) { return run_all(scope); };
  co_await with_scope(std::move(body));
  progress_.finished = true;
  publish();
}

Task<> Pod::run_all(Scope& scope) {
  for (auto const& container : containers_) scope.spawn("container " + container->name(), container->run());
  co_return;
}

}  // namespace pgdrill::sandbox
