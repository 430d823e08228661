// Whether we may do what the drill will do: each right is asked for by a SelfSubjectAccessReview
// (https://kubernetes.io/docs/reference/access-authn-authz/authorization/#checking-api-access), which changes
// nothing.
#include <fmt/format.h>

#include "harness/base/text.hpp"
#include "harness/doctor/check.hpp"
#include "harness/engine/lease.hpp"

namespace pgdrill::doctor {

namespace {

constexpr kube::ResourceType review_type{"authorization.k8s.io", "v1", "selfsubjectaccessreviews",
                                         "SelfSubjectAccessReview", false};

struct Right {
  std::string group;
  std::string resource;  ///< "pods/exec"
  std::string verb;
};

/// Names of the objects of a resource that the drill will touch; a Role may allow these alone.
std::set<std::string> names_of(Patient const& patient, std::string const& resource) {
  if (resource == "namespaces") return {patient.target.ns};
  if (resource == "secrets") return {patient.target.secret};
  if (resource == "services") return {patient.target.service};
  if (resource == "clusters") return {patient.target.cluster};
  if (resource == "leases") return {std::string(engine::lease_name)};
  if (resource == "gitrepositories") return patient.repositories;
  if (resource == "kustomizations") return patient.kustomizations;
  return {};
}

Task<Result<bool>> allowed(Patient& patient, Right right, std::string name) {
  std::vector<std::string> const parts = split(right.resource, '/');
  json::object attributes{{"namespace", patient.target.ns},
                          {"group", right.group},
                          {"resource", parts.front()},
                          {"verb", right.verb}};
  if (parts.size() > 1) attributes["subresource"] = parts[1];
  if (!name.empty()) attributes["name"] = name;
  kube::Object review{{"spec", {{"resourceAttributes", std::move(attributes)}}}};
  CO_TRY(json::value const answer, co_await patient.kube->create(review_type, "", std::move(review)));
  co_return get_bool(answer, "status.allowed");
}

/// Allowed for all objects, or at least for each of those that the drill touches.
Task<Result<bool>> allowed_somehow(Patient& patient, Right right, std::set<std::string> names) {
  CO_TRY(bool const for_all, co_await allowed(patient, right, ""));
  if (for_all || names.empty()) co_return for_all;
  for (std::string const& name : names) {
    CO_TRY(bool const for_this, co_await allowed(patient, right, name));
    if (!for_this) co_return false;
  }
  co_return true;
}

Finding no_answer(Error const& error) {
  return {.status = Status::unknown,
          .what = "whether we have the rights that the drill needs",
          .why = error.what + ": " + error.why,
          .todo = "the API server must answer SelfSubjectAccessReviews; pgdrill rbac prints the rights"};
}

Finding denied_finding(Patient const& patient, std::vector<std::string> const& denied, std::size_t asked) {
  std::string const file = patient.scenario_file.empty() ? "" : " " + patient.scenario_file;
  return {.status = Status::missing,
          .what = fmt::format("{} of {} rights in namespace {}", denied.size(), asked, patient.target.ns),
          .why = "we may not " + join(denied, "; "),
          .todo = "somebody who may: pgdrill rbac" + file + " -n " + patient.target.ns +
                  " | kubectl apply -f - (and use its ServiceAccount, or bind the Role to your user)"};
}

Task<Findings> examine(Patient& patient) {
  std::vector<std::string> denied;
  std::size_t asked = 0;
  for (scenario::Permission const& rule : patient.rights) {
    for (std::string const& resource : rule.resources) {
      std::vector<std::string> verbs;
      for (std::string const& verb : rule.verbs) {
        Right right{.group = rule.group, .resource = resource, .verb = verb};
        std::set<std::string> names(rule.names.begin(), rule.names.end());
        if (names.empty()) names = names_of(patient, resource);
        Result<bool> const may = co_await allowed_somehow(patient, std::move(right), std::move(names));
        if (!may) co_return Findings{no_answer(may.error())};
        ++asked;
        if (!*may) verbs.push_back(verb);
      }
      std::string const group = rule.group.empty() ? "" : "." + rule.group;
      if (!verbs.empty()) denied.push_back(join(verbs, ", ") + " " + resource + group);
    }
  }
  if (!denied.empty()) {
    std::size_t count = 0;
    for (std::string const& one : denied) count += split(one, ',').size();
    Finding finding = denied_finding(patient, denied, asked);
    finding.what = fmt::format("{} of {} rights in namespace {}", count, asked, patient.target.ns);
    co_return Findings{std::move(finding)};
  }
  co_return Findings{{.what = fmt::format("all {} rights in namespace {}", asked, patient.target.ns)}};
}

RegisterCheck const registered(order::permissions, "permissions", &examine);

}  // namespace

}  // namespace pgdrill::doctor
