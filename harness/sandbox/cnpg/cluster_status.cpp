#include "harness/sandbox/cnpg/cluster_status.hpp"

#include <algorithm>
#include <charconv>
#include <set>

#include "harness/base/files.hpp"
#include "harness/sandbox/cnpg/cluster_objects.hpp"
#include "harness/sandbox/cnpg/cluster_status_details.hpp"
#include "harness/sandbox/cnpg/instance_config.hpp"

namespace pgdrill::sandbox::cnpg {
namespace {

void modify_status(Store& store, json::value const& cluster, std::function<void(kube::Object&)> change) {
  // The Cluster may have been deleted meanwhile; then there is no status to write.
  auto const written = store.modify(kube::cluster_type, get_string(cluster, "metadata.namespace"),
                                    kube::name_of(cluster), true, std::move(change));
  (void)written;
}

json::array names_of(std::vector<json::value> const& objects,
                     std::function<bool(json::value const&)> const& chosen) {
  json::array names;
  for (auto const& object : objects) {
    if (chosen(object)) names.emplace_back(kube::name_of(object));
  }
  return names;
}

// Go leaves out what is zero or empty.
void set_count(json::object& status, std::string_view key, std::size_t count) {
  if (count == 0) {
    status.erase(key);
  } else {
    status[key] = count;
  }
}

template <class Container>
void set_or_erase(json::object& status, std::string_view key, Container names) {
  if (names.empty()) {
    status.erase(key);
  } else {
    status[key] = std::move(names);
  }
}

void write_claims(json::object& status, Resources const& resources) {
  auto const all = [](json::value const&) { return true; };
  auto const initializing = [](json::value const& claim) {
    return kube::annotation_of(claim, claim_status_annotation) == "initializing";
  };
  auto const has_pod = [&resources](json::value const& claim) {
    return resources.pod(kube::name_of(claim)) != nullptr;
  };
  set_or_erase(status, "instanceNames", names_of(resources.claims, all));
  set_or_erase(status, "initializingPVC", names_of(resources.claims, initializing));
  set_or_erase(status, "healthyPVC", names_of(resources.claims, [&](auto const& claim) {
                 return !initializing(claim) && has_pod(claim);
               }));
  set_or_erase(status, "danglingPVC", names_of(resources.claims, [&](auto const& claim) {
                 return !initializing(claim) && !has_pod(claim);
               }));
  set_count(status, "instances", resources.claims.size());
  set_count(status, "pvcCount", resources.claims.size());
  set_count(status, "jobCount", resources.jobs.size());
}

void write_instances(json::object& status, Resources const& resources) {
  auto const ready = [](json::value const& pod) { return pod_is_ready(pod); };
  auto const failed = [](json::value const& pod) {
    return !pod_is_ready(pod) && get_string(pod, "status.phase") != "Running";
  };
  json::object by_state;
  set_or_erase(by_state, "healthy", names_of(resources.pods, ready));
  set_or_erase(by_state, "replicating",
               names_of(resources.pods, [&](auto const& pod) { return !ready(pod) && !failed(pod); }));
  set_or_erase(by_state, "failed", names_of(resources.pods, failed));
  set_or_erase(status, "instancesStatus", std::move(by_state));
  set_count(status, "readyInstances", static_cast<std::size_t>(std::ranges::count_if(resources.pods, ready)));
  json::object reported;
  for (auto const& [name, instance] : resources.instances) {
    if (!instance.reachable) continue;
    auto const* pod = resources.pod(name);
    reported[name] = json::object{{"isPrimary", !instance.recovering},
                                  {"timeLineID", instance.timeline},
                                  {"ip", pod == nullptr ? "" : get_string(*pod, "status.podIP")}};
    // 0 while never promoted, kept while no primary is up.
    if (!instance.recovering) status["timelineID"] = instance.timeline;
  }
  set_or_erase(status, "instancesReportedState", std::move(reported));
}

/// False until there is an instance, and true for good from then on.
void write_initialized(kube::Object& cluster, Resources const& resources) {
  bool const before = kube::condition_of(json::value(cluster), "Initialized") != nullptr;
  if (resources.claims.empty() && before) return;
  bool const initialized = !resources.claims.empty();
  set_condition(cluster, "Initialized", initialized, initialized ? "BootstrapCompleted" : "BootstrapPending",
                initialized ? "Cluster has been bootstrapped" : "Cluster has not been bootstrapped yet");
}

void write_system_id(kube::Object& cluster, Resources const& resources) {
  std::set<std::string> ids;
  for (auto const& [name, instance] : resources.instances) {
    if (instance.reachable && !instance.system_id.empty()) ids.insert(instance.system_id);
  }
  if (ids.empty()) {
    cluster["status"].as_object().erase("systemID");
    set_condition(cluster, "ConsistentSystemID", false, "NotFound",
                  "No instances are present in the cluster to report a system ID.");
    return;
  }
  bool const unique = ids.size() == 1;
  set(cluster, "status.systemID", json::value(unique ? *ids.begin() : std::string()));
  set_condition(cluster, "ConsistentSystemID", unique, unique ? "Unique" : "Mismatch",
                unique ? "A single, unique system ID was found across reporting instances."
                       : "Multiple differing system IDs reported by instances.");
}

}  // namespace

json::value const* Resources::pod(std::string const& name) const {
  auto const found = std::ranges::find_if(pods, [&](auto const& pod) { return kube::name_of(pod) == name; });
  return found == pods.end() ? nullptr : &*found;
}

InstanceStatus Resources::instance(std::string const& name) const {
  auto const found = instances.find(name);
  return found == instances.end() ? InstanceStatus{} : found->second;
}

int serial_of(json::value const& object) {
  std::string const text = kube::annotation_of(object, serial_annotation);
  int serial = 0;
  std::from_chars(text.data(), text.data() + text.size(), serial);
  return serial;
}

bool pod_is_ready(json::value const& pod) {
  auto const* condition = kube::condition_of(pod, "Ready");
  return condition != nullptr && get_string(*condition, "status") == "True" && !is_deleted(pod);
}

bool is_deleted(json::value const& object) { return find(object, "metadata.deletionTimestamp") != nullptr; }

std::string job_outcome(json::value const& job) {
  for (std::string const type : {"Complete", "Failed"}) {
    auto const* condition = kube::condition_of(job, type);
    if (condition != nullptr && get_string(*condition, "status") == "True") return type;
  }
  return "";
}

Resources resources_of(Store const& store, json::value const& cluster) {
  std::string const ns = get_string(cluster, "metadata.namespace");
  std::string const mine = fmt::format("{}={}", cluster_label, kube::name_of(cluster));
  Resources resources;
  resources.claims = store.list(kube::volume_claim_type, ns, mine);
  std::erase_if(resources.claims, [](auto const& claim) { return is_deleted(claim); });
  resources.pods = store.list(kube::pod_type, ns, fmt::format("{},{}=instance", mine, pod_role_label));
  resources.jobs = store.list(kube::job_type, ns, mine);
  auto const by_serial = [](auto const& a, auto const& b) { return serial_of(a) < serial_of(b); };
  std::ranges::sort(resources.claims, by_serial);
  std::ranges::sort(resources.pods, by_serial);
  return resources;
}

void set_condition(kube::Object& object, std::string_view type, bool status, std::string_view reason,
                   std::string_view message) {
  auto const* present = find(object, "status.conditions");
  json::array conditions = present != nullptr && present->is_array() ? present->get_array() : json::array();
  std::string const text = status ? "True" : "False";
  auto found = std::ranges::find_if(conditions, [&](auto const& c) { return get_string(c, "type") == type; });
  if (found == conditions.end()) {
    conditions.push_back(json::object{{"type", type}});
    found = conditions.end() - 1;
  }
  auto& condition = found->as_object();
  if (get_string(*found, "status") != text)
    condition["lastTransitionTime"] = format_rfc3339_seconds(wall_now());
  condition["status"] = text;
  condition["reason"] = reason;
  condition["message"] = message;
  set(object, "status.conditions", std::move(conditions));
}

void set_phase(Store& store, json::value const& cluster, std::string_view phase, std::string_view reason) {
  modify_status(store, cluster, [phase, reason](kube::Object& object) {
    bool const ready = phase == phase::healthy;
    set(object, "status.phase", json::value(phase));
    if (reason.empty()) {
      object["status"].as_object().erase("phaseReason");
    } else {
      set(object, "status.phaseReason", json::value(reason));
    }
    set_condition(object, "Ready", ready, ready ? "ClusterIsReady" : "ClusterIsNotReady",
                  ready ? "Cluster is Ready" : "Cluster Is Not Ready");
  });
}

void write_resource_status(Store& store, json::value const& cluster, Resources const& resources) {
  modify_status(store, cluster, [&store, &resources](kube::Object& object) {
    if (!object.contains("status")) object["status"] = json::object();
    auto& status = object["status"].as_object();
    std::string const name = kube::name_of(object);
    status["image"] = image_of(object);
    status["writeService"] = name + "-rw";
    status["readService"] = name + "-r";
    status["cloudNativePGCommitHash"] = "none";
    status["selector"] = fmt::format("{}={},{}=instance", cluster_label, name, pod_role_label);
    write_claims(status, resources);
    write_instances(status, resources);
    write_initialized(object, resources);
    write_system_id(object, resources);
    write_details(object, store, resources);
  });
}

void write_archiving_condition(Store& store, json::value const& cluster,
                               std::filesystem::path const& volume) {
  auto const text = read_file(control_directory(volume) / "archiving.json");
  if (!text) return;
  auto const report = parse_json(*text, "archiving.json");
  if (!report) return;
  modify_status(store, cluster, [&report](kube::Object& object) {
    bool const ok = get_bool(*report, "ok");
    set_condition(object, "ContinuousArchiving", ok,
                  ok ? "ContinuousArchivingSuccess" : "ContinuousArchivingFailing",
                  get_string(*report, "message"));
  });
}

}  // namespace pgdrill::sandbox::cnpg
