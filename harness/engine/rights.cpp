#include "harness/engine/rights.hpp"

#include <algorithm>
#include <map>
#include <set>
#include <tuple>

#include "harness/engine/registry.hpp"

namespace pgdrill::engine {

namespace {

using scenario::Permission;

constexpr std::string_view rbac_api = "rbac.authorization.k8s.io/v1";
constexpr std::string_view rbac_group = "rbac.authorization.k8s.io";

/// Verbs in the order in which people list them.
std::vector<std::string> in_order(std::set<std::string> const& verbs) {
  static std::vector<std::string> const order{"get", "list", "watch", "create", "update", "patch", "delete"};
  std::vector<std::string> sorted;
  for (std::string const& verb : order) {
    if (verbs.contains(verb)) sorted.push_back(verb);
  }
  for (std::string const& verb : verbs) {
    if (std::find(order.begin(), order.end(), verb) == order.end()) sorted.push_back(verb);
  }
  return sorted;
}

bool needs_cluster_role(Permission const& rule) {
  bool const only_namespaces = rule.resources == std::vector<std::string>{"namespaces"};
  return rule.cluster_wide && !only_namespaces;
}

template <class T>
void add_rules(std::vector<Entry<T>> const& entries, std::string const& kind, Permissions& into) {
  Entry<T> const* const entry = find_entry(entries, kind);
  if (entry == nullptr) return;
  into.insert(into.end(), entry->declaration.permissions.begin(), entry->declaration.permissions.end());
}

void add_all(std::vector<scenario::Declaration> const& declarations, Permissions& into) {
  for (scenario::Declaration const& one : declarations)
    into.insert(into.end(), one.permissions.begin(), one.permissions.end());
}

json::array rules_json(Permissions const& rules, bool cluster_wide) {
  json::array all;
  for (Permission const& rule : rules) {
    if (needs_cluster_role(rule) != cluster_wide) continue;
    all.push_back({{"apiGroups", {rule.group}},
                   {"resources", json::value_from(rule.resources)},
                   {"verbs", json::value_from(rule.verbs)}});
  }
  return all;
}

json::object metadata(std::string const& name, std::string const& ns) {
  json::object value{{"name", name}};
  if (!ns.empty()) value["namespace"] = ns;
  return value;
}

json::object binding(std::string_view kind, std::string_view role_kind, RoleOptions const& options) {
  std::string const account = options.service_account.empty() ? options.name : options.service_account;
  std::string const ns = kind == "RoleBinding" ? options.ns : "";
  json::object subject{{"kind", "ServiceAccount"}, {"name", account}};
  if (!options.ns.empty()) subject["namespace"] = options.ns;
  return {{"apiVersion", rbac_api},
          {"kind", kind},
          {"metadata", metadata(options.name, ns)},
          {"roleRef", {{"apiGroup", rbac_group}, {"kind", role_kind}, {"name", options.name}}},
          {"subjects", json::array{std::move(subject)}}};
}

}  // namespace

Permissions merged(Permissions const& rules) {
  std::map<std::tuple<bool, std::string, std::string>, std::set<std::string>> verbs_of;
  for (Permission const& rule : rules) {
    for (std::string const& resource : rule.resources) {
      verbs_of[{rule.cluster_wide, rule.group, resource}].insert(rule.verbs.begin(), rule.verbs.end());
    }
  }
  Permissions all;
  for (auto const& [key, verbs] : verbs_of) {
    auto const& [cluster_wide, group, resource] = key;
    std::vector<std::string> const ordered = in_order(verbs);
    auto const same = std::find_if(all.begin(), all.end(), [&](Permission const& one) {
      return one.cluster_wide == std::get<0>(key) && one.group == std::get<1>(key) && one.verbs == ordered;
    });
    if (same != all.end()) {
      same->resources.push_back(resource);
    } else {
      all.push_back({group, {resource}, ordered, cluster_wide});
    }
  }
  return all;
}

Permissions rights_of(scenario::Scenario const& scenario) {
  Permissions all = run_permissions();
  auto const add_conditions = [&](std::vector<scenario::TriggerSpec> const& conditions) {
    for (scenario::TriggerSpec const& condition : conditions) add_rules(triggers(), condition.kind, all);
  };
  add_conditions(scenario.steady_state);
  add_conditions(scenario.abort_when);
  for (scenario::StepSpec const* const item : all_items(scenario)) {
    bool const fault = item->sort == scenario::StepSpec::Sort::fault;
    if (fault) {
      add_rules(faults(), item->kind, all);
    } else {
      add_rules(steps(), item->kind, all);
    }
    if (item->when) add_rules(triggers(), item->when->kind, all);
  }
  for (scenario::ProbeSpec const& probe : scenario.probes) add_rules(probes(), probe.kind, all);
  return merged(all);
}

Permissions rights_of_all() {
  Permissions all = run_permissions();
  for (auto const* const declarations :
       {&catalogue().steps, &catalogue().faults, &catalogue().probes, &catalogue().triggers}) {
    add_all(*declarations, all);
  }
  return merged(all);
}

json::object role_object(Permissions const& rules, RoleOptions const& options) {
  return {{"apiVersion", rbac_api},
          {"kind", "Role"},
          {"metadata", metadata(options.name, options.ns)},
          {"rules", rules_json(rules, false)}};
}

std::vector<json::object> role_objects(Permissions const& rules, RoleOptions const& options) {
  std::vector<json::object> all;
  if (options.service_account.empty()) {
    all.push_back(
        {{"apiVersion", "v1"}, {"kind", "ServiceAccount"}, {"metadata", metadata(options.name, options.ns)}});
  }
  all.push_back(role_object(rules, options));
  all.push_back(binding("RoleBinding", "Role", options));
  json::array wide = rules_json(rules, true);
  if (wide.empty()) return all;
  all.push_back({{"apiVersion", rbac_api},
                 {"kind", "ClusterRole"},
                 {"metadata", metadata(options.name, "")},
                 {"rules", std::move(wide)}});
  all.push_back(binding("ClusterRoleBinding", "ClusterRole", options));
  return all;
}

}  // namespace pgdrill::engine
