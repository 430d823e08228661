// The job controller's memory and decisions.
#pragma once
#include <map>
#include <set>
#include <string>
#include <vector>

#include "harness/sandbox/kubelet/jobs.hpp"

namespace pgdrill::sandbox {

class JobController {
 public:
  JobController(Store& store, JobTimes times) : store_(store), times_(times) {}
  /// Brings all jobs forward; the time to look again.
  Monotonic look();

 private:
  /// What is known of one job's pods, by uid. A pod counts once, even when it is deleted afterwards.
  struct Record {
    std::set<std::string> active;
    std::set<std::string> succeeded;
    std::set<std::string> failed;
    std::set<std::string> dismissed;  ///< we deleted them ourselves: neither success nor failure
    std::int64_t ready = 0;
    std::int64_t terminating = 0;
    std::int64_t restarts = 0;
    Monotonic last_failure{};
    Monotonic started{};
    Monotonic finished{};
  };

  Monotonic look_at(json::value const& job);
  Monotonic work_on(json::value const& job, Record& record, std::vector<json::value> const& pods);
  void count(Record& record, std::vector<json::value> const& pods);
  void count_pod(Record& record, json::value const& pod);
  void start(json::value const& job, Record& record);
  void suspend(json::value const& job, Record& record, std::vector<json::value> const& pods);
  void succeed(json::value const& job, Record& record, std::vector<json::value> const& pods);
  void fail_job(json::value const& job, Record& record, std::vector<json::value> const& pods,
                std::string const& reason, std::string const& message);
  void dismiss(json::value const& job, Record& record, std::vector<json::value> const& pods);
  void create_pod(json::value const& job, Record& record);
  void write_counts(json::value const& job, Record const& record);
  Monotonic expire(json::value const& job, Record& record);
  [[nodiscard]] Monotonic retry_time(Record const& record) const;

  Store& store_;
  JobTimes times_;
  std::map<std::string, Record> records_;  ///< by the job's uid
};

}  // namespace pgdrill::sandbox
