// The objects that the job controller writes.
#pragma once
#include <string>

#include "harness/sandbox/api/store.hpp"

namespace pgdrill::sandbox {

/// A pod of the job's template, with the labels and the owner that Kubernetes gives it.
[[nodiscard]] kube::Object pod_of_job(json::value const& job);
/// Sets a condition; its time of change stays when it is the same already.
void set_job_condition(json::object& job, std::string const& type, std::string const& status,
                       std::string const& reason, std::string const& message);
/// A count in the status; none is no member, as in Kubernetes.
void set_count(json::object& job, std::string_view name, std::size_t count);

}  // namespace pgdrill::sandbox
