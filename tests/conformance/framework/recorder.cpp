#include "tests/conformance/framework/recorder.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <tuple>

#include "tests/conformance/framework/flatten.hpp"
#include "tests/conformance/framework/milestones.hpp"

namespace pgdrill::conformance {
namespace {

std::array const kinds{kube::cluster_type,
                       kube::backup_type,
                       kube::scheduled_backup_type,
                       kube::pod_type,
                       kube::job_type,
                       kube::volume_claim_type,
                       kube::service_type,
                       kube::secret_type,
                       kube::config_map_type,
                       kube::service_account_type,
                       kube::event_type,
                       kube::ResourceType{"rbac.authorization.k8s.io", "v1", "roles", "Role"},
                       kube::ResourceType{"rbac.authorization.k8s.io", "v1", "rolebindings", "RoleBinding"},
                       kube::ResourceType{"policy", "v1", "poddisruptionbudgets", "PodDisruptionBudget"},
                       kube::ResourceType{"discovery.k8s.io", "v1", "endpointslices", "EndpointSlice"}};

std::uint64_t version_number(json::value const& object) {
  return std::strtoull(kube::version_of(object).c_str(), nullptr, 10);
}

// What every namespace has is none of the cluster's life.
bool belongs_to_every_namespace(json::value const& object) {
  std::string const name = kube::name_of(object);
  return name == "kube-root-ca.crt" || (name == "default" && get_string(object, "kind") == "ServiceAccount");
}

std::string cluster_of(json::value const& object) {
  std::string cluster = kube::label_of(object, "cnpg.io/cluster");
  if (cluster.empty()) cluster = get_string(object, "spec.cluster.name");
  if (cluster.empty() && get_string(object, "kind") == "Cluster") cluster = kube::name_of(object);
  return cluster;
}

}  // namespace

Recorder::Recorder(std::shared_ptr<kube::Client> client, std::string ns)
    : client_(std::move(client)), ns_(std::move(ns)) {
  normaliser_.replace(ns_, "<ns>");
}

void Recorder::start(Scope& scope) {
  for (kube::ResourceType const& type : kinds) scope.spawn(std::string(type.plural), watch(type));
}

Task<> Recorder::watch(kube::ResourceType type) {
  auto const watch = client_->watch(type, ns_);
  while (true) {
    auto const event = co_await watch->next();
    if (event) {
      on_event(*event);
    } else if (event.error().kind == ErrorKind::not_found) {
      co_return;  // the API does not serve this kind: its tracks will be missing
    }
  }
}

void Recorder::add(Change change) {
  change.at = std::chrono::steady_clock::now();
  change.arrival = changes_.size();
  last_change_ = change.at;
  change.value = normaliser_(change.value);
  change.path = normaliser_(change.path);
  changes_.push_back(std::move(change));
}

void Recorder::on_kubernetes_event(json::value const& object) {
  std::string const source = get_string(object, "source.component", get_string(object, "reportingComponent"));
  Change change{.version = version_number(object),
                .at = {},
                .object = normaliser_(fmt::format("Event {} {}", get_string(object, "involvedObject.kind"),
                                                  get_string(object, "involvedObject.name"))),
                .path = "from",
                .value = fmt::format("{} {} ({}): {}", get_string(object, "type"),
                                     get_string(object, "reason"), source, get_string(object, "message")),
                .cluster = ""};
  add(std::move(change));
}

void Recorder::on_event(kube::WatchEvent const& event) {
  using Type = kube::WatchEvent::Type;
  json::value const& object = event.object;
  if (event.type == Type::bookmark || belongs_to_every_namespace(object)) return;
  std::string const kind = get_string(object, "kind");
  if (kind == "Event") {
    if (event.type == Type::added) on_kubernetes_event(object);
    return;
  }
  normaliser_.learn(object);
  std::string const name = normaliser_(fmt::format("{} {}", kind, kube::name_of(object)));
  std::string const key = kind + " " + kube::name_of(object);
  std::string const cluster = cluster_of(object);
  auto const change = [&](std::string path, std::string value) {
    add({.version = version_number(object),
         .at = {},
         .object = name,
         .path = std::move(path),
         .value = std::move(value),
         .cluster = cluster});
  };
  auto& before = known_[key];
  if (event.type == Type::deleted) {
    change("", "deleted");
    known_.erase(key);
    return;
  }
  if (event.type == Type::added) change("", "added");
  auto after = flatten(object);
  for (auto const& [path, value] : after) {
    auto const old = before.find(path);
    if (old == before.end() || old->second != value) change(path, value);
  }
  for (auto const& [path, value] : before) {
    if (!after.contains(path)) change(path, "<gone>");
  }
  before = std::move(after);
}

void Recorder::begin() {
  changes_.clear();
  notes_.clear();
  begun_ = last_change_ = std::chrono::steady_clock::now();
}

void Recorder::note(std::string const& track, std::string_view value) {
  notes_.emplace_back(track, normaliser_(value));
}

Task<Observations> Recorder::finish(Duration quiet) {
  Monotonic const limit = std::chrono::steady_clock::now() + 10 * quiet;
  while (std::chrono::steady_clock::now() < std::min(last_change_ + quiet, limit))
    co_await sleep_until(std::min(last_change_ + quiet, limit));
  std::ranges::sort(changes_, [](Change const& one, Change const& other) {
    return std::tie(one.version, one.arrival) < std::tie(other.version, other.arrival);
  });
  Observations seen;
  std::map<std::string, int> repeated;
  for (Change& change : changes_) {
    // Names that were generated are known by now, also where an event spoke of a pod before the pod was seen.
    change.object = normaliser_(change.object);
    change.value = normaliser_(change.value);
    auto& track = seen.tracks[change.path.empty() ? change.object : change.object + " " + change.path];
    if (!track.empty() && track.back() == change.value) continue;
    track.push_back(change.value);
    std::string what = milestone_of(change.object, change.path, change.value);
    if (what.empty() || change.cluster.empty()) continue;
    if (int const times = ++repeated[change.cluster + what]; times > 1) what += fmt::format(" ({})", times);
    double const seconds = to_seconds(change.at - begun_);
    seen.milestones[change.cluster].push_back({.seconds = seconds, .what = std::move(what)});
  }
  for (auto const& [track, value] : notes_) seen.tracks[track].push_back(value);
  co_return seen;
}

}  // namespace pgdrill::conformance
