// Who is examined: the target of a scenario, or what a namespace has.
#pragma once
#include "harness/doctor/check.hpp"

namespace pgdrill::doctor {

/// With the rights and Flux objects that the scenario uses.
[[nodiscard]] Patient patient_of(scenario::Scenario const& scenario);
/// The Cluster of that name, or the only one of the namespace, with all Flux objects of the namespace and the
/// rights of whatever a scenario could name. `cluster` stays empty when there is none. Error usage: there are
/// several.
[[nodiscard]] Task<Result<Patient>> find_patient(std::shared_ptr<kube::Client> kube, std::string ns,
                                                 std::string cluster);

}  // namespace pgdrill::doctor
