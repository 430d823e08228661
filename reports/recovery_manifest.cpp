#include "reports/recovery_manifest.hpp"

#include <algorithm>

#include "harness/base/yaml_text.hpp"
#include "reports/escape.hpp"
#include "reports/report.hpp"

namespace pgdrill::reports {

namespace {

constexpr std::size_t longest_name = 50;  // CNPG's own limit for a Cluster
constexpr std::size_t largest_manifest = 100'000;

/// The drill's Cluster names itself (where it archives to, above all); so must this one.
void rename(json::value& value, std::string_view from, std::string const& to) {
  if (value.is_string() && value.get_string() == from) {
    value = to;
  } else if (value.is_object()) {
    for (auto& entry : value.get_object()) rename(entry.value(), from, to);
  } else if (value.is_array()) {
    for (json::value& element : value.get_array()) rename(element, from, to);
  }
}

std::string render(Run const& run, Verdict const& verdict) {
  static_cast<void>(verdict);
  return recovery_manifest(run);
}

RegisterReport const registered("recovery-cluster.yaml", &render,
                                "The Cluster that restores what the drill captured: kubectl create -f");

}  // namespace

std::string recovered_name(Run const& run) {
  std::string const suffix = "-recovered";
  std::string cluster = one_line(get_string(json::value(run.target), "cluster"), 200);
  if (cluster.size() + suffix.size() > longest_name) cluster.resize(longest_name - suffix.size());
  return one_line(cluster, longest_name) + suffix;  // a character may have been cut in two
}

std::string recovery_manifest(Run const& run) {
  auto const found = run.facts.find("restore-manifest");
  if (found == run.facts.end() || !found->second.is_object()) return "";
  std::string const drilled = get_string(found->second, "metadata.name");
  json::value const* const spec = found->second.get_object().if_contains("spec");
  if (drilled.empty() || spec == nullptr || json::serialize(*spec).size() > largest_manifest) return "";
  json::value wanted = *spec;
  rename(wanted, drilled, recovered_name(run));
  json::object const document{
      {"apiVersion", "postgresql.cnpg.io/v1"},
      {"kind", "Cluster"},
      {"metadata",
       {{"name", recovered_name(run)},
        {"namespace", one_line(get_string(json::value(run.target), "namespace"), 200)}}},
      {"spec", std::move(wanted)}};
  return "# Restores what run " + one_line(run.id, 100) +
         " captured, beside the damaged Cluster. Values of environment variables (spec.env) are left out.\n" +
         to_yaml(json::value(document));
}

}  // namespace pgdrill::reports
