#include "harness/sandbox/kubelet/jobs.hpp"

#include "harness/sandbox/kubelet/job_controller.hpp"
#include "harness/sandbox/kubelet/job_objects.hpp"
#include "harness/sandbox/kubelet/reconcile.hpp"

namespace pgdrill::sandbox {

Task<> run_jobs(Store& store, JobTimes times) {
  JobController controller(store, times);
  Reconcile reconcile = [&controller] { return controller.look(); };
  co_await reconcile_forever(store, {kube::job_type, kube::pod_type}, std::move(reconcile));
}

std::string outcome_of_job(json::value const& job) {
  for (std::string_view const type : {"Complete", "Failed"}) {
    auto const* condition = kube::condition_of(job, type);
    if (condition != nullptr && get_string(*condition, "status") == "True") return std::string(type);
  }
  return "";
}

kube::Object pod_of_job(json::value const& job) {
  kube::Object pod;
  if (auto const* form = find(job, "spec.template"); form != nullptr && form->is_object())
    pod = form->get_object();
  std::string const name = kube::name_of(job);
  std::string const uid = kube::uid_of(job);
  if (!pod["metadata"].is_object()) pod["metadata"] = json::object();
  json::object& metadata = pod["metadata"].as_object();
  metadata.erase("name");
  metadata["generateName"] = name + "-";
  metadata["namespace"] = get_string(job, "metadata.namespace");
  metadata["ownerReferences"] = json::array{controller_reference(job)};
  if (!metadata["labels"].is_object()) metadata["labels"] = json::object();
  json::object& labels = metadata["labels"].as_object();
  labels["batch.kubernetes.io/job-name"] = name;
  labels["job-name"] = name;
  labels["batch.kubernetes.io/controller-uid"] = uid;
  labels["controller-uid"] = uid;
  return pod;
}

void set_job_condition(json::object& job, std::string const& type, std::string const& status,
                       std::string const& reason, std::string const& message) {
  std::string const time = format_rfc3339_seconds(wall_now());
  json::object next{{"type", type},       {"status", status},      {"reason", reason},
                    {"message", message}, {"lastProbeTime", time}, {"lastTransitionTime", time}};
  if (!job["status"].is_object()) job["status"] = json::object();
  json::value& conditions = job["status"].as_object()["conditions"];
  if (!conditions.is_array()) conditions = json::array();
  for (auto& condition : conditions.get_array()) {
    if (get_string(condition, "type") != type) continue;
    if (get_string(condition, "status") != status) condition = std::move(next);
    return;
  }
  conditions.get_array().emplace_back(std::move(next));
}

void set_count(json::object& job, std::string_view name, std::size_t count) {
  if (!job["status"].is_object()) job["status"] = json::object();
  json::object& status = job["status"].as_object();
  if (count == 0) {
    status.erase(name);
  } else {
    status[name] = count;
  }
}

}  // namespace pgdrill::sandbox
