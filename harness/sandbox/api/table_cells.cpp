#include "harness/sandbox/api/table_cells.hpp"

#include <fmt/format.h>

#include <algorithm>

#include "harness/base/text.hpp"

namespace pgdrill::sandbox {
namespace {

using json::value;

json::array list_at(value const& object, std::string_view path) {
  auto const* list = find(object, path);
  return list != nullptr && list->is_array() ? list->get_array() : json::array();
}

value text_or(value const& object, std::string_view path, std::string_view otherwise) {
  std::string const text = get_string(object, path);
  return value(text.empty() ? std::string(otherwise) : text);
}

value name_cell(value const& object, WallTime) { return value(kube::name_of(object)); }

value pod_ready(value const& pod, WallTime) {
  int ready = 0;
  for (auto const& container : list_at(pod, "status.containerStatuses"))
    ready += get_bool(container, "ready") ? 1 : 0;
  return value(fmt::format("{}/{}", ready, list_at(pod, "spec.containers").size()));
}

// The reason that says most: of a waiting or ended container, before the pod's phase.
value pod_status(value const& pod, WallTime) {
  if (find(pod, "metadata.deletionTimestamp") != nullptr) return "Terminating";
  std::string status = get_string(pod, "status.reason", get_string(pod, "status.phase", "Unknown"));
  for (auto const& container : list_at(pod, "status.containerStatuses")) {
    for (std::string_view const path : {"state.waiting.reason", "state.terminated.reason"}) {
      std::string const reason = get_string(container, path);
      if (!reason.empty()) status = reason;
    }
  }
  auto const inits = list_at(pod, "status.initContainerStatuses");
  for (std::size_t index = 0; index < inits.size(); ++index) {
    if (find(inits[index], "state.terminated") != nullptr &&
        get_int(inits[index], "state.terminated.exitCode") == 0)
      continue;
    return value(fmt::format("Init:{}/{}", index, list_at(pod, "spec.initContainers").size()));
  }
  return value(status);
}

value pod_restarts(value const& pod, WallTime) {
  std::int64_t restarts = 0;
  for (auto const& container : list_at(pod, "status.containerStatuses"))
    restarts += get_int(container, "restartCount");
  return value(std::to_string(restarts));
}

value service_ports(value const& service, WallTime) {
  std::vector<std::string> ports;
  for (auto const& port : list_at(service, "spec.ports")) {
    ports.push_back(fmt::format("{}/{}", get_int(port, "port"), get_string(port, "protocol", "TCP")));
  }
  return value(ports.empty() ? "<none>" : join(ports, ","));
}

value service_selector(value const& service, WallTime) {
  std::vector<std::string> labels;
  auto const* selector = find(service, "spec.selector");
  if (selector != nullptr && selector->is_object()) {
    for (auto const& [key, label] : selector->get_object()) {
      labels.push_back(fmt::format("{}={}", std::string_view(key),
                                   label.is_string() ? std::string_view(label.get_string()) : ""));
    }
  }
  std::ranges::sort(labels);
  return value(labels.empty() ? "<none>" : join(labels, ","));
}

std::string fields_of_containers(value const& job, std::string_view field) {
  std::vector<std::string> texts;
  for (auto const& container : list_at(job, "spec.template.spec.containers"))
    texts.push_back(get_string(container, field));
  return join(texts, ",");
}
value job_containers(value const& job, WallTime) { return value(fields_of_containers(job, "name")); }
value job_images(value const& job, WallTime) { return value(fields_of_containers(job, "image")); }
value job_selector(value const& job, WallTime) {
  return value("batch.kubernetes.io/controller-uid=" + kube::uid_of(job));
}

value job_status(value const& job, WallTime) {
  auto const holds = [&](std::string_view type) {
    auto const* condition = kube::condition_of(job, type);
    return condition != nullptr && get_string(*condition, "status") == "True";
  };
  if (holds("Complete")) return "Complete";
  if (holds("Failed")) return "Failed";
  if (find(job, "metadata.deletionTimestamp") != nullptr) return "Terminating";
  if (holds("Suspended")) return "Suspended";
  return "Running";
}

value job_completions(value const& job, WallTime) {
  return value(fmt::format("{}/{}", get_int(job, "status.succeeded"), get_int(job, "spec.completions", 1)));
}

value job_duration(value const& job, WallTime now) {
  auto const start = parse_time(get_string(job, "status.startTime"));
  if (!start) return "";
  auto const end = parse_time(get_string(job, "status.completionTime"));
  return value(human_duration((end ? *end : now) - *start));
}

value claim_capacity(value const& claim, WallTime) {
  return value(get_string(claim, "status.capacity.storage"));
}

value claim_modes(value const& claim, WallTime) {
  std::vector<std::string> modes;
  for (auto const& mode : list_at(claim, "status.accessModes")) {
    std::string_view const text = mode.is_string() ? std::string_view(mode.get_string()) : "";
    modes.emplace_back(text == "ReadWriteOnce"   ? "RWO"
                       : text == "ReadOnlyMany"  ? "ROX"
                       : text == "ReadWriteMany" ? "RWX"
                                                 : text);
  }
  return value(join(modes, ","));
}

Column const name{.name = "Name", .cell = &name_cell};
Column const age{.name = "Age", .cell = &cell_age};

}  // namespace

value cell_age(value const& object, WallTime now) {
  return value(age_at(object, "metadata.creationTimestamp", now));
}

value cell_data_count(value const& object, WallTime) {
  std::int64_t count = 0;
  for (std::string_view const field : {"data", "binaryData"}) {
    auto const* data = find(object, field);
    if (data != nullptr && data->is_object()) count += static_cast<std::int64_t>(data->get_object().size());
  }
  return count;
}

value cell_time_zone(value const& object, WallTime) { return text_or(object, "spec.timeZone", "<none>"); }
value cell_suspend(value const& object, WallTime) {
  return get_bool(object, "spec.suspend") ? "True" : "False";
}
value cell_active(value const& object, WallTime) {
  return static_cast<std::int64_t>(list_at(object, "status.active").size());
}
value cell_last_schedule(value const& object, WallTime now) {
  if (find(object, "status.lastScheduleTime") == nullptr) return "<none>";
  return value(age_at(object, "status.lastScheduleTime", now));
}

std::vector<Column> pod_columns() {
  return {name,
          {.name = "Ready", .cell = &pod_ready},
          {.name = "Status", .cell = &pod_status},
          {.name = "Restarts", .cell = &pod_restarts},
          age,
          {.name = "IP",
           .priority = 1,
           .cell = [](value const& pod, WallTime) { return text_or(pod, "status.podIP", "<none>"); }},
          {.name = "Node",
           .priority = 1,
           .cell = [](value const& pod, WallTime) { return text_or(pod, "spec.nodeName", "<none>"); }},
          {.name = "Nominated Node",
           .priority = 1,
           .cell = [](value const&, WallTime) { return value("<none>"); }},
          {.name = "Readiness Gates", .priority = 1, .cell = [](value const&, WallTime) {
             return value("<none>");
           }}};
}

std::vector<Column> service_columns() {
  return {
      name,
      {.name = "Type",
       .cell = [](value const& service, WallTime) { return text_or(service, "spec.type", "ClusterIP"); }},
      {.name = "Cluster-IP",
       .cell = [](value const& service, WallTime) { return text_or(service, "spec.clusterIP", "<none>"); }},
      {.name = "External-IP", .cell = [](value const&, WallTime) { return value("<none>"); }},
      {.name = "Port(s)", .cell = &service_ports},
      age,
      {.name = "Selector", .priority = 1, .cell = &service_selector}};
}

std::vector<Column> job_columns() {
  return {name,
          {.name = "Status", .cell = &job_status},
          {.name = "Completions", .cell = &job_completions},
          {.name = "Duration", .cell = &job_duration},
          age,
          {.name = "Containers", .priority = 1, .cell = &job_containers},
          {.name = "Images", .priority = 1, .cell = &job_images},
          {.name = "Selector", .priority = 1, .cell = &job_selector}};
}

std::vector<Column> event_columns() {
  return {
      {.name = "Last Seen",
       .cell = [](value const& event, WallTime now) { return value(age_at(event, "lastTimestamp", now)); }},
      {.name = "Type", .cell = [](value const& event, WallTime) { return text_or(event, "type", ""); }},
      {.name = "Reason", .cell = [](value const& event, WallTime) { return text_or(event, "reason", ""); }},
      {.name = "Object",
       .cell =
           [](value const& event, WallTime) {
             std::string kind = get_string(event, "involvedObject.kind");
             for (char& letter : kind)
               letter = static_cast<char>(std::tolower(static_cast<unsigned char>(letter)));
             return value(kind + "/" + get_string(event, "involvedObject.name"));
           }},
      {.name = "Subobject",
       .priority = 1,
       .cell = [](value const& event, WallTime) { return text_or(event, "involvedObject.fieldPath", ""); }},
      {.name = "Source",
       .priority = 1,
       .cell = [](value const& event, WallTime) { return text_or(event, "source.component", ""); }},
      {.name = "Message", .cell = [](value const& event, WallTime) { return text_or(event, "message", ""); }},
      {.name = "First Seen",
       .priority = 1,
       .cell = [](value const& event, WallTime now) { return value(age_at(event, "firstTimestamp", now)); }},
      {.name = "Count",
       .priority = 1,
       .cell = [](value const& event, WallTime) { return value(get_int(event, "count", 1)); }},
      {.name = "Name", .priority = 1, .cell = &name_cell}};
}

std::vector<Column> claim_columns() {
  return {name,
          {.name = "Status",
           .cell = [](value const& claim, WallTime) { return text_or(claim, "status.phase", ""); }},
          {.name = "Volume",
           .cell = [](value const& claim, WallTime) { return text_or(claim, "spec.volumeName", ""); }},
          {.name = "Capacity", .cell = &claim_capacity},
          {.name = "Access Modes", .cell = &claim_modes},
          {.name = "StorageClass",
           .cell = [](value const& claim, WallTime) { return text_or(claim, "spec.storageClassName", ""); }},
          {.name = "VolumeAttributesClass", .cell = [](value const&, WallTime) { return value("<unset>"); }},
          age,
          {.name = "VolumeMode", .priority = 1, .cell = [](value const& claim, WallTime) {
             return text_or(claim, "spec.volumeMode", "");
           }}};
}

}  // namespace pgdrill::sandbox
