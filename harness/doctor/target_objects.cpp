#include "harness/doctor/target_objects.hpp"

#include "harness/base/text.hpp"

namespace pgdrill::doctor {

Task<Result<json::value>> get_cluster(Patient& patient) {
  std::string const ns = patient.target.ns;
  std::string const name = patient.target.cluster;
  Result<json::value> found = fail({.kind = ErrorKind::not_found, .what = "no Cluster in namespace " + ns});
  if (!name.empty()) found = co_await patient.kube->get({kube::cluster_type, ns, name});
  if (found || found.error().kind != ErrorKind::not_found) co_return found;
  Error error = found.error();
  Result<kube::ObjectList> const all = co_await patient.kube->list(kube::cluster_type, ns);
  if (!all && all.error().kind == ErrorKind::not_found) {
    error.why = "the API server serves no postgresql.cnpg.io/v1";
    error.todo = "install CloudNativePG";
    co_return tl::make_unexpected(error);
  }
  std::vector<std::string> names;
  for (json::value const& one : all ? all->items : std::vector<json::value>())
    names.push_back(kube::name_of(one));
  error.todo = names.empty() ? "make a Cluster there" : "name one of: " + join(names, ", ");
  co_return tl::make_unexpected(error);
}

Task<Result<std::string>> ask(Patient& patient, std::string sql) {
  CO_TRY(std::string const answer, co_await patient.databases->superuser(
                                       patient.target.cluster, patient.target.database, std::move(sql)));
  co_return std::string(trim(answer));
}

}  // namespace pgdrill::doctor
