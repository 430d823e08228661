// Nothing of an earlier run is left: no undo pending, no lease held.
#include "harness/doctor/check.hpp"
#include "harness/engine/lease.hpp"
#include "harness/engine/undo.hpp"

namespace pgdrill::doctor {

namespace {

/// A lease that stands: of a run that is alive, or of one that died.
Task<Result<Findings>> examine_lease(Patient& patient) {
  std::string const ns = patient.target.ns;
  kube::ObjectRef const ref{kube::lease_type, ns, std::string(engine::lease_name)};
  Result<json::value> const lease = co_await patient.kube->get(ref);
  if (!lease && lease.error().kind == ErrorKind::not_found) co_return Findings{};
  if (!lease) co_return tl::make_unexpected(lease.error());
  std::string const holder = get_string(*lease, "spec.holderIdentity");
  Result<WallTime> const renewed = parse_time(get_string(*lease, "spec.renewTime"));
  std::chrono::seconds const duration(get_int(*lease, "spec.leaseDurationSeconds"));
  bool const alive = renewed && *renewed + duration > wall_now();
  if (alive) {
    co_return Findings{{.status = Status::missing,
                        .what = "namespace " + ns + " is in use",
                        .why = "run " + holder + " holds " + ref.text(),
                        .todo = "wait for its end"}};
  }
  co_return Findings{{.status = Status::warning,
                      .what = ref.text() + " has expired",
                      .why = "run " + holder + " ended without giving it back",
                      .todo = "pgdrill cleanup -n " + ns + " (the next run would take it over)"}};
}

Task<Findings> examine(Patient& patient) {
  std::string const ns = patient.target.ns;
  Findings all;
  Result<std::vector<engine::PendingUndo>> const pending = co_await engine::pending_undo(*patient.kube, ns);
  if (!pending) co_return Findings{finding_of(pending.error())};
  for (engine::PendingUndo const& one : *pending) {
    std::string const first = one.records.empty() ? "" : ", first: " + one.records.back().summary;
    all.push_back({.status = Status::missing,
                   .what = "run " + one.run_id + " left " + std::to_string(one.records.size()) +
                           " thing(s) to undo" + first,
                   .why = "ConfigMap " + ns + "/" + one.config_map + " still holds them",
                   .todo = "pgdrill cleanup -n " + ns});
  }
  Result<Findings> const lease = co_await examine_lease(patient);
  if (!lease) {
    all.push_back(finding_of(lease.error()));
  } else {
    all.insert(all.end(), lease->begin(), lease->end());
  }
  if (all.empty())
    all.push_back({.what = "no run holds namespace " + ns + ", and none left anything to undo"});
  co_return all;
}

RegisterCheck const registered(order::leftovers, "leftovers", &examine);

}  // namespace

}  // namespace pgdrill::doctor
