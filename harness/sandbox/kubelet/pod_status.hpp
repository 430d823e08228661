// A pod's status as a kubelet writes it
// (https://kubernetes.io/docs/concepts/workloads/pods/pod-lifecycle/#pod-conditions).
#pragma once
#include <memory>
#include <string>
#include <vector>

#include "harness/sandbox/kubelet/container.hpp"

namespace pgdrill::sandbox {

struct PodProgress {
  bool scheduled = false;
  std::string unscheduled_message;  ///< why not
  bool initialized = false;
  bool finished = false;       ///< all containers have ended for good
  std::string failure_reason;  ///< "DeadlineExceeded": the pod has failed as a whole
  std::string failure_message;
  std::string start_time;
  std::string host_ip;
};

/// Pending, Running, Succeeded or Failed.
[[nodiscard]] std::string phase_of(PodProgress const& progress,
                                   std::vector<std::unique_ptr<Container>> const& init_containers,
                                   std::vector<std::unique_ptr<Container>> const& containers);

/// Puts it all into `pod`'s status; conditions of others are kept, and a condition's time of change is kept
/// when its status is the former one.
void write_status(json::object& pod, PodProgress const& progress, std::string const& ip,
                  std::vector<std::unique_ptr<Container>> const& init_containers,
                  std::vector<std::unique_ptr<Container>> const& containers);

}  // namespace pgdrill::sandbox
