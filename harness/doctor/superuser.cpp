// psql as the superuser in the primary's pod, for markers, restore points and digests of all tables.
#include "harness/doctor/target_objects.hpp"

namespace pgdrill::doctor {

namespace {

Task<Findings> examine(Patient& patient) {
  if (patient.target.cluster.empty())
    co_return Findings{{.status = Status::unknown, .what = "superuser", .why = "there is no Cluster to ask"}};
  Result<std::string> const answer = co_await ask(
      patient, "SELECT current_setting('is_superuser') || '|' || current_setting('server_version')");
  if (!answer) co_return Findings{finding_of(answer.error())};
  std::string const version = answer->substr(answer->find('|') + 1);
  if (!answer->starts_with("on")) {
    co_return Findings{{.status = Status::missing,
                        .what = "psql in the primary's pod is not the superuser",
                        .why = "peer authentication maps to another role",
                        .todo = "leave pg_ident's mapping of postgres as CloudNativePG makes it"}};
  }
  co_return Findings{{.what = "psql in the primary's pod is the superuser of PostgreSQL " + version}};
}

RegisterCheck const registered(order::superuser, "superuser", &examine);

}  // namespace

}  // namespace pgdrill::doctor
