#include "harness/engine/rights.hpp"

#include <algorithm>
#include <map>
#include <set>
#include <tuple>

#include "harness/engine/lease.hpp"
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
    json::object one{{"apiGroups", {rule.group}}, {"resources", json::value_from(rule.resources)}};
    if (!rule.names.empty()) one["resourceNames"] = json::value_from(rule.names);
    one["verbs"] = json::value_from(rule.verbs);
    all.push_back(std::move(one));
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

namespace {

using ResourceKey = std::tuple<bool, std::string, std::string>;
using Names = std::vector<std::string>;
/// For each resource: the verbs for all of its objects (no names), and for some of them.
using Verbs = std::map<ResourceKey, std::map<Names, std::set<std::string>>>;

/// What is allowed for all objects need not be said for some of them.
void drop_covered(std::map<Names, std::set<std::string>>& by_names) {
  auto const for_all = by_names.find(Names());
  if (for_all == by_names.end()) return;
  for (auto& [names, verbs] : by_names) {
    if (names.empty()) continue;
    std::erase_if(verbs, [&](std::string const& verb) { return for_all->second.contains(verb); });
  }
}

void add_merged(Permission rule, Permissions& all) {
  auto const same = std::find_if(all.begin(), all.end(), [&rule](Permission const& one) {
    return one.cluster_wide == rule.cluster_wide && one.group == rule.group && one.verbs == rule.verbs &&
           one.names.empty() && rule.names.empty();
  });
  if (same == all.end()) {
    all.push_back(std::move(rule));
  } else {
    same->resources.push_back(rule.resources.front());
  }
}

}  // namespace

Permissions merged(Permissions const& rules) {
  Verbs verbs_of;
  for (Permission const& rule : rules) {
    for (std::string const& resource : rule.resources) {
      verbs_of[{rule.cluster_wide, rule.group, resource}][rule.names].insert(rule.verbs.begin(),
                                                                             rule.verbs.end());
    }
  }
  Permissions all;
  for (auto& [key, by_names] : verbs_of) {
    auto const& [cluster_wide, group, resource] = key;
    drop_covered(by_names);
    for (auto const& [names, verbs] : by_names) {
      if (!verbs.empty()) add_merged({group, {resource}, in_order(verbs), cluster_wide, names}, all);
    }
  }
  return all;
}

std::string authority_of(scenario::Target const& target, scenario::ProbeSpec const& probe) {
  json::object const& given = probe.parameters.values();
  if (!get_string(given, "tls").starts_with("verify")) return {};
  std::string const authority = get_string(given, "authority");
  return authority.empty() ? target.cluster + "-ca" : authority;
}

namespace {

template <class Spec>
void add_named(Spec const& spec, std::string const& parameter, std::set<std::string>& names) {
  json::value const* const value = spec.parameters.values().if_contains(parameter);
  if (value != nullptr && value->is_string() && !value->get_string().empty())
    names.emplace(value->get_string());
}

/// The Secrets with credentials that a scenario's parts read.
Names secrets_of(scenario::Scenario const& scenario) {
  std::set<std::string> names{scenario.target.secret};
  for (scenario::StepSpec const* const item : all_items(scenario)) add_named(*item, "secret", names);
  for (scenario::ProbeSpec const& probe : scenario.probes) {
    add_named(probe, "secret", names);
    std::string const authority = authority_of(scenario.target, probe);
    if (!authority.empty()) names.insert(authority);
  }
  return {names.begin(), names.end()};
}

/// The Services that a scenario's steps and faults may change.
Names services_of(scenario::Scenario const& scenario) {
  std::set<std::string> names{scenario.target.service};
  for (scenario::StepSpec const* const item : all_items(scenario)) add_named(*item, "service", names);
  return {names.begin(), names.end()};
}

/// A rule is for named objects where the scenario tells their names: credentials to be read, Services to be
/// changed, the Lease. (`create` cannot be bound to a name, `list` and `watch` hardly:
/// https://kubernetes.io/docs/reference/access-authn-authz/rbac/#referring-to-resources.)
Permissions narrowed(Permissions const& rules, scenario::Scenario const& scenario) {
  Permissions all;
  for (Permission const& rule : rules) {
    for (std::string const& resource : rule.resources) {
      for (std::string const& verb : rule.verbs) {
        Permission one{rule.group, {resource}, {verb}, rule.cluster_wide, rule.names};
        // Whoever asks for more than to read Secrets learns their names only in the cluster.
        if (resource == "secrets" && rule.verbs == Names{"get"}) one.names = secrets_of(scenario);
        if (resource == "services" && verb == "patch") one.names = services_of(scenario);
        if (resource == "leases" && verb != "create") one.names = {std::string(lease_name)};
        all.push_back(std::move(one));
      }
    }
  }
  return all;
}

}  // namespace

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
  return merged(narrowed(all, scenario));
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
