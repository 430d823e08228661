// What a drill needs, checked one by one before anything is broken. A check is one .cpp that registers itself
// by its last line; it reads, and changes nothing:
//
//   RegisterCheck const registered(order::archiving, "archiving", &examine);
#pragma once
#include <map>
#include <memory>
#include <set>
#include <string>
#include <vector>

#include "harness/base/task.hpp"
#include "harness/cnpg/database_access.hpp"
#include "harness/engine/permissions.hpp"
#include "harness/kube/client.hpp"
#include "harness/scenario/scenario.hpp"

namespace pgdrill::doctor {

enum class Status {
  good,
  warning,  ///< a drill can run, but somebody should look at it
  missing,  ///< a drill cannot run
  unknown,  ///< could not be found out
};
[[nodiscard]] std::string_view name_of(Status status);  ///< "ok", "warning", "missing", "unknown"

/// What a check found; one per thing that it looked at.
struct Finding {
  Status status = Status::good;
  std::string what;       ///< "Cluster develop/orders archives WAL, last 000000010000000000000007"
  std::string why = {};   ///< for one that is not good
  std::string todo = {};  ///< how to mend it
};
using Findings = std::vector<Finding>;

/// What is examined: one target with all that a drill on it touches.
struct Patient {
  std::shared_ptr<kube::Client> kube;
  cnpg::DatabaseAccess* databases = nullptr;
  scenario::Target target;         ///< `cluster` is empty when the namespace has none
  std::string scenario_file = {};  ///< for advice; empty without a scenario
  engine::Permissions rights = {};
  std::set<std::string> repositories = {};    ///< Flux GitRepositories
  std::set<std::string> kustomizations = {};  ///< Flux Kustomizations
};

using Examine = Task<Findings> (*)(Patient& patient);

/// The order in which people read the result: first what all else rests on.
namespace order {
inline constexpr int opt_in = 10, leftovers = 20, permissions = 30, cluster = 40, archiving = 50,
                     backups = 60, object_store = 70, application = 80, superuser = 90, flux = 100, git = 110,
                     clocks = 120;
}

struct Check {
  int order = 0;
  std::string name;
  Examine examine = nullptr;
};
struct RegisterCheck {
  RegisterCheck(int order, std::string_view name, Examine examine);
};
[[nodiscard]] std::vector<Check> checks();  ///< in their order

/// A finding for an error: missing, or unknown when it was only out of reach for us (403, a time-out).
[[nodiscard]] Finding finding_of(Error const& error);

}  // namespace pgdrill::doctor
