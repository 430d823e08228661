// The namespace says itself that it may be broken.
#include "harness/doctor/check.hpp"
#include "harness/engine/context.hpp"

namespace pgdrill::doctor {

namespace {

Task<Findings> examine(Patient& patient) {
  std::string const ns = patient.target.ns;
  Result<json::value> const found = co_await patient.kube->get({kube::namespace_type, "", ns});
  if (!found) {
    Finding finding = finding_of(found.error());
    if (found.error().kind == ErrorKind::not_found) finding.todo = "give the right one with -n, or make it";
    co_return Findings{finding};
  }
  std::string const label(engine::allow_label);
  if (kube::label_of(*found, label) == "true") {
    co_return Findings{{.what = "namespace " + ns + " carries " + label + "=true"}};
  }
  co_return Findings{
      {.status = Status::missing,
       .what = "namespace " + ns + " must not be broken",
       .why = "it does not carry the label " + label + "=true",
       .todo = "if it is a test namespace: kubectl label namespace " + ns + " " + label + "=true"}};
}

RegisterCheck const registered(order::opt_in, "opt-in", &examine);

}  // namespace

}  // namespace pgdrill::doctor
