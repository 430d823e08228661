#include "harness/sandbox/cnpg/validation.hpp"

#include "harness/base/time.hpp"
#include "harness/kube/resource.hpp"
#include "harness/sandbox/cnpg/backup_info.hpp"

namespace pgdrill::sandbox::cnpg {
namespace {

constexpr std::size_t longest_restore_point = 63;  // MAXFNAMELEN - 1 of PostgreSQL

Error refused(json::value const& cluster, std::string_view field, std::string_view value,
              std::string_view reason) {
  std::string const name = kube::name_of(cluster);
  return {.kind = ErrorKind::invalid,
          .what = fmt::format("Cluster.postgresql.cnpg.io \"{}\" is invalid", name),
          .where = "Cluster " + name,
          .why = fmt::format("Cluster.postgresql.cnpg.io \"{}\" is invalid: {}: Invalid value: \"{}\": {}",
                             name, field, value, reason),
          .code = "Invalid",
          .status = 422};
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
  if (targets > 1) return fail(refused(cluster, field, "", "Recovery target options are mutually exclusive"));
  if (needs_backup && get_string(target, "backupID").empty() &&
      get_string(cluster, "spec.bootstrap.recovery.backup.name").empty()) {
    return fail(refused(cluster, field, "", "BackupID is missing"));
  }
  if (std::string const time = get_string(target, "targetTime"); !time.empty() && !is_time(time)) {
    return fail(refused(cluster, field, time, "The format of TargetTime is invalid"));
  }
  if (std::string const lsn = get_string(target, "targetLSN"); !lsn.empty() && !parse_lsn(lsn)) {
    return fail(refused(cluster, field, lsn, "Invalid TargetLSN"));
  }
  std::string const name = get_string(target, "targetName");
  if (name.size() > longest_restore_point) {
    return fail(refused(cluster, field, name, "TargetName is longer than 63 bytes"));
  }
  std::string const timeline = get_string(target, "targetTLI");
  bool const number =
      !timeline.empty() && timeline.find_first_not_of("0123456789") == std::string::npos && timeline != "0";
  if (!timeline.empty() && timeline != "latest" && !number) {
    return fail(refused(cluster, field, timeline,
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
  return fail(refused(cluster, "spec.bootstrap.recovery.source", source,
                      fmt::format("External cluster {} not found", source)));
}

}  // namespace

Result<> validate_cluster(json::value const& cluster) {
  if (get_int(cluster, "spec.instances", 1) < 1) {
    return fail(refused(cluster, "spec.instances", std::to_string(get_int(cluster, "spec.instances", 1)),
                        "should be greater than or equal to 1"));
  }
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
