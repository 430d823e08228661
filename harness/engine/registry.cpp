#include "harness/engine/registry.hpp"

#include <algorithm>
#include <cstdio>
#include <cstdlib>

namespace pgdrill::engine {

namespace {

template <class T>
struct Registration {
  scenario::Declaration (*describe)();
  Make<T> make;
};

template <class T>
std::vector<Registration<T>>& registrations() {
  static std::vector<Registration<T>> all;
  return all;
}

template <class T>
std::vector<Entry<T>> sorted_entries() {
  std::vector<Entry<T>> entries;
  for (Registration<T> const& registration : registrations<T>()) {
    entries.push_back({.declaration = registration.describe(), .make = registration.make});
  }
  std::sort(entries.begin(), entries.end(),
            [](auto const& a, auto const& b) { return a.declaration.name < b.declaration.name; });
  for (std::size_t i = 1; i < entries.size(); ++i) {
    if (entries[i].declaration.name != entries[i - 1].declaration.name) continue;
    std::fprintf(stderr, "pgdrill: bug: '%s' is registered twice\n", entries[i].declaration.name.c_str());
    std::abort();
  }
  return entries;
}

template <class T>
std::vector<scenario::Declaration> declarations(std::vector<Entry<T>> const& entries) {
  std::vector<scenario::Declaration> all;
  for (auto const& entry : entries) all.push_back(entry.declaration);
  return all;
}

}  // namespace

std::vector<std::string> not_examined_in(json::object const& snapshot) {
  std::vector<std::string> all;
  auto const* const list = snapshot.if_contains("not_examined");
  if (list == nullptr || !list->is_array()) return all;
  for (auto const& one : list->get_array()) all.emplace_back(one.as_string());
  return all;
}

std::vector<Entry<Step>> const& steps() {
  static std::vector<Entry<Step>> const entries = sorted_entries<Step>();
  return entries;
}

std::vector<Entry<Probe>> const& probes() {
  static std::vector<Entry<Probe>> const entries = sorted_entries<Probe>();
  return entries;
}

std::vector<Entry<StateProbe>> const& state_probes() {
  static std::vector<Entry<StateProbe>> const entries = sorted_entries<StateProbe>();
  return entries;
}

std::vector<Entry<Fault>> const& faults() {
  static std::vector<Entry<Fault>> const entries = sorted_entries<Fault>();
  return entries;
}

std::vector<Entry<Trigger>> const& triggers() {
  static std::vector<Entry<Trigger>> const entries = sorted_entries<Trigger>();
  return entries;
}

scenario::Catalogue const& catalogue() {
  static scenario::Catalogue const all{.steps = declarations(steps()),
                                       .faults = declarations(faults()),
                                       .probes = declarations(probes()),
                                       .triggers = declarations(triggers())};
  return all;
}

std::vector<scenario::Permission> const& run_permissions() {
  static std::vector<scenario::Permission> const all{
      {"coordination.k8s.io", {"leases"}, {"get", "create", "update", "patch", "delete"}},
      {"", {"configmaps"}, {"get", "list", "create", "patch", "delete"}},
      {"", {"namespaces"}, {"get"}, true}};
  return all;
}

namespace detail {

void add_step(scenario::Declaration (*describe)(), Make<Step> make) {
  registrations<Step>().push_back({describe, make});
}
void add_probe(scenario::Declaration (*describe)(), Make<Probe> make) {
  registrations<Probe>().push_back({describe, make});
}
void add_state_probe(scenario::Declaration (*describe)(), Make<StateProbe> make) {
  registrations<StateProbe>().push_back({describe, make});
}
void add_fault(scenario::Declaration (*describe)(), Make<Fault> make) {
  registrations<Fault>().push_back({describe, make});
}
void add_trigger(scenario::Declaration (*describe)(), Make<Trigger> make) {
  registrations<Trigger>().push_back({describe, make});
}

}  // namespace detail

}  // namespace pgdrill::engine
