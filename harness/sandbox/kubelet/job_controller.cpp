#include "harness/sandbox/kubelet/job_controller.hpp"

#include <fmt/format.h>

#include <algorithm>

#include "harness/sandbox/kubelet/job_objects.hpp"
#include "harness/sandbox/kubelet/reconcile.hpp"

namespace pgdrill::sandbox {
namespace {

std::string namespace_of(json::value const& object) { return get_string(object, "metadata.namespace"); }

bool past_back_off_limit(json::value const& job, std::size_t failed, std::int64_t restarts) {
  std::int64_t const limit = get_int(job, "spec.backoffLimit", 6);
  if (static_cast<std::int64_t>(failed) > limit) return true;
  // With restartPolicy OnFailure the kubelet's restarts count.
  if (get_string(job, "spec.template.spec.restartPolicy") != "OnFailure") return false;
  return limit == 0 ? restarts > 0 : restarts >= limit;
}

Monotonic now() { return std::chrono::steady_clock::now(); }

}  // namespace

Monotonic JobController::look() {
  Monotonic next = Monotonic::max();
  std::set<std::string> present;
  for (auto const& job : store_.list(kube::job_type, "")) {
    present.insert(kube::uid_of(job));
    next = std::min(next, look_at(job));
  }
  std::erase_if(records_, [&](auto const& entry) { return !present.contains(entry.first); });
  return next;
}

Monotonic JobController::look_at(json::value const& job) {
  if (find(job, "metadata.deletionTimestamp") != nullptr) return Monotonic::max();
  Record& record = records_[kube::uid_of(job)];
  if (!outcome_of_job(job).empty()) return expire(job, record);
  auto const pods = store_.list(kube::pod_type, namespace_of(job),
                                "batch.kubernetes.io/controller-uid=" + kube::uid_of(job));
  count(record, pods);
  if (get_bool(job, "spec.suspend")) {
    suspend(job, record, pods);
    return Monotonic::max();
  }
  return work_on(job, record, pods);
}

void JobController::count(Record& record, std::vector<json::value> const& pods) {
  record.ready = 0;
  record.terminating = 0;
  record.restarts = 0;
  std::set<std::string> const before = std::move(record.active);
  record.active.clear();
  std::set<std::string> present;
  for (auto const& pod : pods) {
    present.insert(kube::uid_of(pod));
    count_pod(record, pod);
  }
  // A pod that somebody deleted while it ran has failed.
  for (std::string const& uid : before) {
    if (present.contains(uid) || record.dismissed.contains(uid)) continue;
    if (record.failed.insert(uid).second) record.last_failure = now();
  }
}

void JobController::count_pod(Record& record, json::value const& pod) {
  std::string const uid = kube::uid_of(pod);
  std::string const phase = get_string(pod, "status.phase");
  if (auto const* statuses = find(pod, "status.containerStatuses");
      statuses != nullptr && statuses->is_array()) {
    for (auto const& status : statuses->get_array()) record.restarts += get_int(status, "restartCount");
  }
  if (record.dismissed.contains(uid)) return;
  if (phase == "Succeeded") {
    record.succeeded.insert(uid);
  } else if (phase == "Failed") {
    if (record.failed.insert(uid).second) record.last_failure = now();
  } else if (!record.succeeded.contains(uid) && !record.failed.contains(uid)) {
    record.active.insert(uid);
    if (find(pod, "metadata.deletionTimestamp") != nullptr) ++record.terminating;
    auto const* ready = kube::condition_of(pod, "Ready");
    if (ready != nullptr && get_string(*ready, "status") == "True") ++record.ready;
  }
}

Monotonic JobController::work_on(json::value const& job, Record& record,
                                 std::vector<json::value> const& pods) {
  start(job, record);
  auto const completions =
      static_cast<std::size_t>(std::max<std::int64_t>(1, get_int(job, "spec.completions", 1)));
  if (record.succeeded.size() >= completions) {
    succeed(job, record, pods);
    return expire(job, record);
  }
  if (past_back_off_limit(job, record.failed.size(), record.restarts)) {
    fail_job(job, record, pods, "BackoffLimitExceeded", "Job has reached the specified backoff limit");
    return expire(job, record);
  }
  Monotonic next = Monotonic::max();
  if (auto const seconds = get_int(job, "spec.activeDeadlineSeconds"); seconds > 0) {
    next = record.started + std::chrono::seconds(seconds);
    if (next <= now()) {
      fail_job(job, record, pods, "DeadlineExceeded", "Job was active longer than specified deadline");
      return expire(job, record);
    }
  }
  auto const parallelism =
      static_cast<std::size_t>(std::max<std::int64_t>(0, get_int(job, "spec.parallelism", 1)));
  std::size_t const wanted = std::min(parallelism, completions - record.succeeded.size());
  Monotonic const retry = retry_time(record);
  if (record.active.size() < wanted && retry > now()) next = std::min(next, retry);
  while (record.active.size() < wanted && retry <= now()) {
    std::size_t const before = record.active.size();
    create_pod(job, record);
    if (record.active.size() == before) break;  // refused; the next change lets us try again
  }
  write_counts(job, record);
  return next;
}

Monotonic JobController::retry_time(Record const& record) const {
  if (record.failed.empty()) return Monotonic{};
  Duration delay = times_.first_back_off;
  for (std::size_t failure = 1; failure < record.failed.size() && delay < times_.longest_back_off;
       ++failure) {
    delay *= 2;
  }
  return record.last_failure + std::min(delay, times_.longest_back_off);
}

void JobController::start(json::value const& job, Record& record) {
  if (record.started == Monotonic{}) record.started = now();
  bool const resumed =
      get_string(job, "status.startTime").empty() && kube::condition_of(job, "Suspended") != nullptr;
  (void)store_.modify(kube::job_type, namespace_of(job), kube::name_of(job), true, [&](kube::Object& object) {
    if (get_string(job, "status.startTime").empty()) {
      set(object, "status.startTime", json::string(format_rfc3339_seconds(wall_now())));
    }
    if (resumed) set_job_condition(object, "Suspended", "False", "JobResumed", "Job resumed");
  });
  if (resumed) store_.record_event(job, "Normal", "Resumed", "Job resumed");
}

void JobController::suspend(json::value const& job, Record& record, std::vector<json::value> const& pods) {
  dismiss(job, record, pods);
  record.started = Monotonic{};
  auto const* condition = kube::condition_of(job, "Suspended");
  bool const fresh = condition == nullptr || get_string(*condition, "status") != "True";
  (void)store_.modify(kube::job_type, namespace_of(job), kube::name_of(job), true, [&](kube::Object& object) {
    if (fresh) set_job_condition(object, "Suspended", "True", "JobSuspended", "Job suspended");
    if (object["status"].is_object()) object["status"].as_object().erase("startTime");
  });
  if (fresh) store_.record_event(job, "Normal", "Suspended", "Job suspended");
  write_counts(job, record);
}

void JobController::dismiss(json::value const& job, Record& record, std::vector<json::value> const& pods) {
  for (auto const& pod : pods) {
    std::string const uid = kube::uid_of(pod);
    if (!record.active.contains(uid)) continue;
    record.active.erase(uid);
    record.dismissed.insert(uid);
    (void)store_.remove(kube::pod_type, namespace_of(job), kube::name_of(pod), -1, uid);
    store_.record_event(job, "Normal", "SuccessfulDelete", "Deleted pod: " + kube::name_of(pod));
  }
}

void JobController::succeed(json::value const& job, Record& record, std::vector<json::value> const& pods) {
  dismiss(job, record, pods);
  write_counts(job, record);
  std::string const message = "Reached expected number of succeeded pods";
  (void)store_.modify(kube::job_type, namespace_of(job), kube::name_of(job), true, [&](kube::Object& object) {
    set_job_condition(object, "SuccessCriteriaMet", "True", "CompletionsReached", message);
    set_job_condition(object, "Complete", "True", "CompletionsReached", message);
    set(object, "status.completionTime", json::string(format_rfc3339_seconds(wall_now())));
  });
  record.finished = now();
  store_.record_event(job, "Normal", "Completed", "Job completed");
}

void JobController::fail_job(json::value const& job, Record& record, std::vector<json::value> const& pods,
                             std::string const& reason, std::string const& message) {
  dismiss(job, record, pods);
  write_counts(job, record);
  (void)store_.modify(kube::job_type, namespace_of(job), kube::name_of(job), true, [&](kube::Object& object) {
    set_job_condition(object, "FailureTarget", "True", reason, message);
    set_job_condition(object, "Failed", "True", reason, message);
  });
  record.finished = now();
  store_.record_event(job, "Warning", reason, message);
}

void JobController::create_pod(json::value const& job, Record& record) {
  auto const pod = store_.create(kube::pod_type, pod_of_job(job));
  if (!pod) {
    store_.record_event(job, "Warning", "FailedCreate", "Error creating: " + pod.error().why);
    return;
  }
  record.active.insert(kube::uid_of(*pod));
  store_.record_event(job, "Normal", "SuccessfulCreate", "Created pod: " + kube::name_of(*pod));
}

void JobController::write_counts(json::value const& job, Record const& record) {
  (void)store_.modify(kube::job_type, namespace_of(job), kube::name_of(job), true, [&](kube::Object& object) {
    set_count(object, "active", record.active.size());
    set_count(object, "succeeded", record.succeeded.size());
    set_count(object, "failed", record.failed.size());
    set(object, "status.ready", record.ready);
    set(object, "status.terminating", record.terminating);
    set(object, "status.uncountedTerminatedPods", json::object());
  });
}

Monotonic JobController::expire(json::value const& job, Record& record) {
  auto const* limit = find(job, "spec.ttlSecondsAfterFinished");
  if (limit == nullptr || limit->is_null()) return Monotonic::max();
  if (record.finished == Monotonic{}) record.finished = now();
  Monotonic const end = record.finished + std::chrono::seconds(get_int(job, "spec.ttlSecondsAfterFinished"));
  if (end > now()) return end;
  (void)store_.remove(kube::job_type, namespace_of(job), kube::name_of(job), -1, kube::uid_of(job));
  return Monotonic::max();
}

}  // namespace pgdrill::sandbox
