#include "harness/engine/named_objects.hpp"

#include <algorithm>

#include "harness/base/text.hpp"
#include "harness/engine/rights.hpp"

namespace pgdrill::engine {

namespace {

using scenario::Declaration;

/// Reads one named object, as against whoever must find it among all.
bool reads(Declaration const& declaration, std::string_view resource) {
  return std::ranges::any_of(declaration.permissions, [&](scenario::Permission const& rule) {
    bool const of_resource = rule.group.empty() && std::ranges::count(rule.resources, resource) > 0;
    bool const only_reads = resource != "secrets" || rule.verbs == std::vector<std::string>{"get"};
    return of_resource && only_reads && std::ranges::count(rule.verbs, "get") > 0;
  });
}

class Collector {
 public:
  Collector(scenario::Target const& target, std::vector<NamedObject>& into) : target_(target), into_(into) {}

  void add_used(std::vector<Declaration> const& declarations, std::string const& kind,
                scenario::Parameters const& parameters, std::string const& user) {
    auto const declaration = std::ranges::find(declarations, kind, &Declaration::name);
    if (declaration == declarations.end()) return;
    if (reads(*declaration, "services"))
      add(kube::service_type, given(parameters, "service", target_.service), user);
    if (reads(*declaration, "secrets"))
      add(kube::secret_type, given(parameters, "secret", target_.secret), user);
  }
  void add(kube::ResourceType const& type, std::string name, std::string const& user) {
    kube::ObjectRef ref{type, target_.ns, std::move(name)};
    auto const known = [&ref](NamedObject const& one) { return one.ref.text() == ref.text(); };
    if (!ref.name.empty() && std::ranges::none_of(into_, known)) into_.push_back({std::move(ref), user});
  }

 private:
  static std::string given(scenario::Parameters const& parameters, std::string_view name,
                           std::string const& otherwise) {
    std::string value = get_string(json::value(parameters.values()), name);
    return value.empty() ? otherwise : value;
  }
  scenario::Target const& target_;
  std::vector<NamedObject>& into_;
};

bool comes_with_cluster(scenario::Target const& target, std::string const& name) {
  return name == target.cluster + "-rw" || name == target.cluster + "-app" || name == target.cluster + "-ca";
}

/// Best effort: a Role for named objects alone may not list them.
Task<std::string> services_there(kube::Client& client, std::string ns) {
  Result<kube::ObjectList> const listed = co_await client.list(kube::service_type, ns);
  std::vector<std::string> names;
  for (json::value const& service : listed ? listed->items : std::vector<json::value>())
    names.push_back(kube::name_of(service));
  co_return names.empty() ? "" : "; the namespace has the Services " + join(names, ", ");
}

}  // namespace

std::vector<NamedObject> named_objects(scenario::Scenario const& scenario,
                                       scenario::Catalogue const& catalogue) {
  std::vector<NamedObject> all;
  Collector collector(scenario.target, all);
  auto const add_condition = [&](scenario::TriggerSpec const& condition) {
    collector.add_used(catalogue.triggers, condition.kind, condition.parameters,
                       "condition " + condition.kind);
  };
  std::ranges::for_each(scenario.steady_state, add_condition);
  std::ranges::for_each(scenario.abort_when, add_condition);
  for (scenario::ProbeSpec const& probe : scenario.probes) {
    collector.add_used(catalogue.probes, probe.kind, probe.parameters, "probe " + probe.name);
    collector.add(kube::secret_type, authority_of(scenario.target, probe), "probe " + probe.name);
  }
  for (scenario::StepSpec const* const item : all_items(scenario)) {
    bool const fault = item->sort == scenario::StepSpec::Sort::fault;
    collector.add_used(fault ? catalogue.faults : catalogue.steps, item->kind, item->parameters,
                       "step " + item->id);
    if (item->when) add_condition(*item->when);
  }
  return all;
}

Task<Result<>> must_exist(kube::Client& client, scenario::Target target, std::vector<NamedObject> objects) {
  kube::ObjectRef const cluster{kube::cluster_type, target.ns, target.cluster};
  std::vector<std::string> missing;
  std::vector<std::string> users;
  bool service = false;
  for (NamedObject const& object : objects) {
    Result<json::value> const found = co_await client.get(object.ref);
    if (found || found.error().kind != ErrorKind::not_found) continue;
    if (comes_with_cluster(target, object.ref.name)) {
      Result<json::value> const made = co_await client.get(cluster);
      if (!made && made.error().kind == ErrorKind::not_found) continue;
    }
    missing.push_back(object.ref.text());
    users.push_back(object.user);
    service = service || object.ref.type.kind == kube::service_type.kind;
  }
  if (missing.empty()) co_return Result<>();
  std::string const there = service ? co_await services_there(client, target.ns) : std::string();
  co_return fail({.kind = ErrorKind::not_found,
                  .what = "the scenario names what is not there: " + join(missing, ", "),
                  .where = "namespace " + target.ns,
                  .why = join(users, ", ") + (users.size() == 1 ? " needs it" : " need them"),
                  .todo = "correct target.service, target.secret or the parameter" + there});
}

}  // namespace pgdrill::engine
