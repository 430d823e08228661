#include "harness/sandbox/cnpg/validation.hpp"

#include <algorithm>
#include <array>

#include "harness/base/time.hpp"
#include "harness/kube/resource.hpp"
#include "harness/sandbox/api/cluster_defaults.hpp"
#include "harness/sandbox/cnpg/backup_info.hpp"
#include "harness/sandbox/cnpg/fixed_parameters.hpp"

namespace pgdrill::sandbox::cnpg {
namespace {

constexpr std::size_t longest_restore_point = 63;  // MAXFNAMELEN - 1 of PostgreSQL

// What the API server's own check by the definition says, before any webhook.
Error not_by_schema(std::string_view kind, json::value const& object, std::string_view detail) {
  std::string const name = kube::name_of(object);
  std::string const what = fmt::format("{}.postgresql.cnpg.io \"{}\" is invalid", kind, name);
  return {.kind = ErrorKind::invalid,
          .what = what,
          .where = fmt::format("{} {}", kind, name),
          .why = fmt::format("{}: {}", what, detail),
          .code = "Invalid",
          .status = 422};
}

Error by_webhook(json::value const& cluster, std::string_view field, std::string_view problem) {
  Error error = not_by_schema("Cluster", cluster, fmt::format("{}: {}", field, problem));
  error.why = "admission webhook \"vcluster.cnpg.io\" denied the request: " + error.why;
  return error;
}

// `value` as it stands in the message: text quoted, objects as they are.
Error refused(json::value const& cluster, std::string_view field, json::value const& value,
              std::string_view reason) {
  return by_webhook(cluster, field, fmt::format("Invalid value: {}: {}", json::serialize(value), reason));
}

// The target with its fields in the order of CNPG's type, as messages quote it.
json::object quoted(json::value const& target) {
  json::object ordered;
  for (std::string_view const name : {"backupID", "targetTLI", "targetXID", "targetName", "targetLSN",
                                      "targetTime", "targetImmediate", "exclusive"}) {
    if (auto const* value = find(target, name)) ordered[name] = *value;
  }
  return ordered;
}

bool is_time(std::string const& text) {
  // lib/pq accepts more than PostgreSQL does, such as a space before a Z; without a zone it is UTC.
  return parse_time(text).has_value() || parse_time(text + "+00:00").has_value();
}

Result<> validate_target(json::value const& cluster, json::value const& target) {
  constexpr std::string_view field = "spec.bootstrap.recovery.recoveryTarget";
  int targets = get_bool(target, "targetImmediate") ? 1 : 0;
  bool needs_backup = targets > 0;
  for (std::string const name : {"targetTime", "targetLSN", "targetName", "targetXID"}) {
    if (get_string(target, name).empty()) continue;
    ++targets;
    needs_backup = needs_backup || name == "targetName" || name == "targetXID";
  }
  if (targets > 1) {
    return fail(refused(cluster, field, quoted(target), "Recovery target options are mutually exclusive"));
  }
  if (needs_backup && get_string(target, "backupID").empty() &&
      get_string(cluster, "spec.bootstrap.recovery.backup.name").empty()) {
    return fail(by_webhook(cluster, field, "Required value: BackupID is missing"));
  }
  if (std::string const time = get_string(target, "targetTime"); !time.empty() && !is_time(time)) {
    return fail(refused(cluster, field, json::value(time), "The format of TargetTime is invalid"));
  }
  if (std::string const lsn = get_string(target, "targetLSN"); !lsn.empty() && !parse_lsn(lsn)) {
    return fail(refused(cluster, field, json::value(lsn), "Invalid TargetLSN"));
  }
  std::string const name = get_string(target, "targetName");
  if (name.size() > longest_restore_point) {
    return fail(refused(cluster, field, json::value(name), "TargetName is longer than 63 bytes"));
  }
  std::string const timeline = get_string(target, "targetTLI");
  bool const number =
      !timeline.empty() && timeline.find_first_not_of("0123456789") == std::string::npos && timeline != "0";
  if (!timeline.empty() && timeline != "latest" && !number) {
    return fail(refused(cluster, std::string(field) + ".targetTLI", quoted(target),
                        "recovery target timeline can be set to 'latest' or a positive integer"));
  }
  return {};
}

Result<> validate_source(json::value const& cluster, json::value const& recovery) {
  std::string const source = get_string(recovery, "source");
  if (source.empty()) {
    if (find(recovery, "backup") != nullptr || find(recovery, "volumeSnapshots") != nullptr) return {};
    return fail(refused(cluster, "spec.bootstrap.recovery", "",
                        "One of source, backup or volumeSnapshots must be set"));
  }
  if (auto const* externals = find(cluster, "spec.externalClusters");
      externals != nullptr && externals->is_array()) {
    for (auto const& external : externals->get_array()) {
      if (get_string(external, "name") == source) return {};
    }
  }
  return fail(refused(cluster, "spec.bootstrap.recovery.source", json::value(source),
                      fmt::format("External cluster {} not found", source)));
}

constexpr std::size_t longest_name = 50;

bool is_quantity(std::string_view text) {
  auto const number = text.find_first_not_of("0123456789.");
  if (text.empty() || number == 0) return false;
  if (number == std::string_view::npos) return true;
  constexpr std::array<std::string_view, 14> suffixes{"m",  "k",  "M",  "G",  "T",  "P",  "E",
                                                      "Ki", "Mi", "Gi", "Ti", "Pi", "Ei", "e3"};
  return std::ranges::find(suffixes, text.substr(number)) != suffixes.end();
}

Result<> validate_storage(json::value const& cluster) {
  std::string const size = get_string(cluster, "spec.storage.size");
  bool const in_template = find(cluster, "spec.storage.pvcTemplate.resources.requests.storage") != nullptr;
  if (size.empty() && !in_template) {
    return fail(refused(cluster, "spec.storage.size", "",
                        "Size not configured. Please add it, or a storage request in the pvcTemplate."));
  }
  if (!size.empty() && !is_quantity(size))
    return fail(refused(cluster, "spec.storage.size", json::value(size), "Size value isn't valid"));
  return {};
}

Result<> validate_parameters(json::value const& cluster) {
  auto const* parameters = find(cluster, "spec.postgresql.parameters");
  if (parameters == nullptr || !parameters->is_object()) return {};
  for (auto const& [name, value] : parameters->get_object()) {
    auto const given = default_parameters().find(std::string(name));
    bool const as_given = given != default_parameters().end() && value == json::value(given->second);
    if (!is_fixed_parameter(name) || as_given) continue;
    return fail(refused(cluster, fmt::format("spec.postgresql.parameters.{}", std::string_view(name)), value,
                        "Can't set fixed configuration parameter"));
  }
  return {};
}

Result<> validate_instances(json::value const& cluster) {
  auto const* instances = find(cluster, "spec.instances");
  if (instances != nullptr && instances->is_string()) {
    return fail(
        {.kind = ErrorKind::invalid,
         .what = "the Cluster cannot be read",
         .where = "Cluster " + kube::name_of(cluster),
         .why = "admission webhook \"mcluster.cnpg.io\" denied the request: json: cannot unmarshal string "
                "into Go struct field ClusterSpec.spec.instances of type int",
         .code = "BadRequest",
         .status = 400});
  }
  std::int64_t const count = get_int(cluster, "spec.instances", 1);
  if (count >= 1) return {};
  return fail(not_by_schema("Cluster", cluster,
                            fmt::format("spec.instances: Invalid value: {}: spec.instances in body should be "
                                        "greater than or equal to 1",
                                        count)));
}

}  // namespace

Result<> validate_backup(json::value const& backup) {
  std::string problems;
  if (find(backup, "spec.cluster") == nullptr) problems += "spec.cluster: Required value, ";
  std::string const method = get_string(backup, "spec.method", "barmanObjectStore");
  if (method != "barmanObjectStore" && method != "volumeSnapshot" && method != "plugin") {
    problems += fmt::format(
        "spec.method: Unsupported value: \"{}\": supported values: \"barmanObjectStore\", "
        "\"volumeSnapshot\", \"plugin\", ",
        method);
  }
  if (problems.empty()) return {};
  return fail(not_by_schema(
      "Backup", backup,
      fmt::format("[{}<nil>: Invalid value: null: some validation rules were not checked because the object "
                  "was invalid; correct the existing errors to complete validation]",
                  problems)));
}

Result<> validate_cluster(json::value const& cluster) {
  TRY_VOID(validate_instances(cluster));
  if (std::string const name = kube::name_of(cluster); name.size() > longest_name) {
    return fail(refused(cluster, "metadata.name", json::value(name),
                        "the maximum length of a cluster name is 50 characters"));
  }
  TRY_VOID(validate_storage(cluster));
  TRY_VOID(validate_parameters(cluster));
  auto const* recovery = find(cluster, "spec.bootstrap.recovery");
  if (recovery == nullptr) return {};
  if (find(cluster, "spec.bootstrap.initdb") != nullptr) {
    return fail(
        refused(cluster, "spec.bootstrap", "", "Only one bootstrap method can be specified at a time"));
  }
  TRY_VOID(validate_source(cluster, *recovery));
  auto const* target = find(*recovery, "recoveryTarget");
  return target == nullptr ? Result<>() : validate_target(cluster, *target);
}

}  // namespace pgdrill::sandbox::cnpg
