#include "harness/sandbox/kubelet/cron_jobs.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <set>

#include "harness/sandbox/kubelet/cron.hpp"
#include "harness/sandbox/kubelet/jobs.hpp"
#include "harness/sandbox/kubelet/reconcile.hpp"

namespace pgdrill::sandbox {
namespace {

using Jobs = std::vector<json::value>;

std::string namespace_of(json::value const& object) { return get_string(object, "metadata.namespace"); }

WallTime time_at(json::value const& object, std::string_view path) {
  auto const time = parse_time(get_string(object, path));
  return time ? *time : WallTime{};
}

json::object job_of(json::value const& cron_job, WallTime scheduled) {
  json::object job;
  if (auto const* form = find(cron_job, "spec.jobTemplate"); form != nullptr && form->is_object()) {
    job = form->get_object();
  }
  auto const minute = std::chrono::floor<std::chrono::minutes>(scheduled).time_since_epoch().count();
  if (!job["metadata"].is_object()) job["metadata"] = json::object();
  json::object& metadata = job["metadata"].as_object();
  metadata["name"] = fmt::format("{}-{}", kube::name_of(cron_job), minute);
  metadata["namespace"] = namespace_of(cron_job);
  metadata["ownerReferences"] = json::array{controller_reference(cron_job)};
  if (!metadata["annotations"].is_object()) metadata["annotations"] = json::object();
  metadata["annotations"].as_object()["batch.kubernetes.io/cronjob-scheduled-timestamp"] =
      format_rfc3339_seconds(scheduled);
  return job;
}

class CronJobController {
 public:
  explicit CronJobController(Store& store) : store_(store) {}

  Monotonic look() {
    Monotonic next = Monotonic::max();
    for (auto const& cron_job : store_.list(kube::cron_job_type, "")) {
      if (find(cron_job, "metadata.deletionTimestamp") == nullptr) next = std::min(next, look_at(cron_job));
    }
    return next;
  }

 private:
  Monotonic look_at(json::value const& cron_job) {
    Jobs jobs;
    for (auto& job : store_.list(kube::job_type, namespace_of(cron_job))) {
      if (is_owned_by(job, kube::uid_of(cron_job))) jobs.push_back(std::move(job));
    }
    write_status(cron_job, jobs);
    trim_history(cron_job, jobs, "Complete", get_int(cron_job, "spec.successfulJobsHistoryLimit", 3));
    trim_history(cron_job, jobs, "Failed", get_int(cron_job, "spec.failedJobsHistoryLimit", 1));
    if (get_bool(cron_job, "spec.suspend")) return Monotonic::max();
    std::string const zone = get_string(cron_job, "spec.timeZone", "UTC");
    if (zone != "UTC" && zone != "Etc/UTC") {
      warn(cron_job, "UnknownTimeZone",
           fmt::format("invalid timeZone: \"{}\": the sandbox knows UTC alone", zone));
      return Monotonic::max();
    }
    auto const schedule = CronSchedule::parse(get_string(cron_job, "spec.schedule"));
    if (!schedule) {
      warn(cron_job, "UnparseableCronJobSchedule",
           fmt::format("unparseable schedule: {}: {}", schedule.error().where, schedule.error().why));
      return Monotonic::max();
    }
    if (auto const due = last_due(cron_job, *schedule)) run(cron_job, jobs, *due);
    auto const next = schedule->next_after(wall_now());
    if (!next) return Monotonic::max();
    return std::chrono::steady_clock::now() + (*next - wall_now());
  }

  /// The latest time that has passed without a job. Earlier missed ones are dropped, as in Kubernetes.
  static std::optional<WallTime> last_due(json::value const& cron_job, CronSchedule const& schedule) {
    WallTime const now = wall_now();
    WallTime const last = time_at(cron_job, "status.lastScheduleTime");
    WallTime from = last != WallTime{} ? last : time_at(cron_job, "metadata.creationTimestamp");
    if (auto const limit = get_int(cron_job, "spec.startingDeadlineSeconds"); limit > 0) {
      from = std::max(from, now - WallTime::duration(std::chrono::seconds(limit)));
    }
    std::optional<WallTime> due;
    for (auto time = schedule.next_after(from); time && *time <= now; time = schedule.next_after(*time))
      due = time;
    return due;
  }

  void run(json::value const& cron_job, Jobs const& jobs, WallTime due) {
    std::string const policy = get_string(cron_job, "spec.concurrencyPolicy", "Allow");
    for (auto const& job : jobs) {
      if (!outcome_of_job(job).empty()) continue;
      if (policy == "Forbid") {
        return note(cron_job, "JobAlreadyActive",
                    "Not starting job because prior execution is running and concurrency policy is Forbid");
      }
      if (policy == "Replace") (void)store_.remove(kube::job_type, namespace_of(job), kube::name_of(job));
    }
    auto const job = store_.create(kube::job_type, job_of(cron_job, due));
    bool const there = !job && job.error().code == "AlreadyExists";
    if (!job && !there) return warn(cron_job, "FailedCreate", "Error creating job: " + job.error().why);
    (void)store_.modify(kube::cron_job_type, namespace_of(cron_job), kube::name_of(cron_job), true,
                        [&](kube::Object& object) {
                          set(object, "status.lastScheduleTime", json::string(format_rfc3339_seconds(due)));
                        });
    if (job) note(cron_job, "SuccessfulCreate", "Created job " + kube::name_of(*job));
  }

  void write_status(json::value const& cron_job, Jobs const& jobs) {
    json::array active;
    std::string succeeded = get_string(cron_job, "status.lastSuccessfulTime");
    for (auto const& job : jobs) {
      std::string const outcome = outcome_of_job(job);
      if (outcome.empty()) {
        active.push_back({{"apiVersion", "batch/v1"},
                          {"kind", "Job"},
                          {"name", kube::name_of(job)},
                          {"namespace", namespace_of(job)},
                          {"uid", kube::uid_of(job)}});
      } else if (seen_.insert(kube::uid_of(job)).second) {
        note(cron_job, "SawCompletedJob",
             fmt::format("Saw completed job: {}, condition: {}", kube::name_of(job), outcome));
      }
      if (outcome == "Complete") succeeded = std::max(succeeded, get_string(job, "status.completionTime"));
    }
    (void)store_.modify(kube::cron_job_type, namespace_of(cron_job), kube::name_of(cron_job), true,
                        [&](kube::Object& object) {
                          if (!object["status"].is_object()) object["status"] = json::object();
                          json::object& status = object["status"].as_object();
                          status.erase("active");
                          if (!active.empty()) status["active"] = std::move(active);
                          if (!succeeded.empty()) status["lastSuccessfulTime"] = succeeded;
                        });
  }

  void trim_history(json::value const& cron_job, Jobs const& jobs, std::string_view outcome,
                    std::int64_t limit) {
    Jobs finished;
    for (auto const& job : jobs) {
      if (outcome_of_job(job) == outcome) finished.push_back(job);
    }
    std::ranges::sort(finished, [](json::value const& left, json::value const& right) {
      return get_string(left, "metadata.creationTimestamp") < get_string(right, "metadata.creationTimestamp");
    });
    for (std::size_t index = 0; index + static_cast<std::size_t>(limit) < finished.size(); ++index) {
      std::string const name = kube::name_of(finished[index]);
      (void)store_.remove(kube::job_type, namespace_of(cron_job), name);
      note(cron_job, "SuccessfulDelete", "Deleted job " + name);
    }
  }

  void note(json::value const& about, std::string const& reason, std::string const& message) {
    store_.record_event(about, "Normal", reason, message);
  }
  void warn(json::value const& about, std::string const& reason, std::string const& message) {
    store_.record_event(about, "Warning", reason, message);
  }

  Store& store_;
  std::set<std::string> seen_;  ///< uids of finished jobs that an event has told of
};

}  // namespace

Task<> run_cron_jobs(Store& store) {
  CronJobController controller(store);
  Reconcile reconcile = [&controller] { return controller.look(); };
  co_await reconcile_forever(store, {kube::cron_job_type, kube::job_type}, std::move(reconcile));
}

}  // namespace pgdrill::sandbox
