// The way that the application takes: its Service leads to a ready pod, and its Secret opens the database.
#include "harness/doctor/check.hpp"

namespace pgdrill::doctor {

namespace {

constexpr auto connect_limit = std::chrono::seconds(10);

Task<Result<std::string>> log_in(Patient& patient) {
  CO_TRY(postgres::ConnectionParameters parameters,
         co_await patient.databases->reach(patient.target.service, patient.target.secret,
                                           patient.target.database));
  CO_TRY(std::unique_ptr<postgres::AsyncConnection> const connection,
         co_await postgres::AsyncConnection::connect(parameters, connect_limit));
  CO_TRY(
      postgres::Rows const rows,
      co_await connection->query("SELECT current_user || ' in ' || current_database()", {}, connect_limit));
  co_return rows.scalar();
}

Task<Findings> examine(Patient& patient) {
  std::string const& service = patient.target.service;
  Result<kube::PodTarget> const pod =
      co_await kube::select_pod(*patient.kube, patient.target.ns, service, 5432);
  if (!pod) co_return Findings{finding_of(pod.error())};
  Result<std::string> const user = co_await log_in(patient);
  if (!user) {
    Finding finding = finding_of(user.error());
    if (finding.todo.empty())
      finding.todo =
          "Secret " + patient.target.ns + "/" + patient.target.secret +
          " needs `username` and `password` of a role that may connect; name another one in target.secret";
    co_return Findings{finding};
  }
  co_return Findings{{.what = "Service " + service + " leads to " + pod->pod + "; " + *user + " can log in"}};
}

RegisterCheck const registered(order::application, "application", &examine);

}  // namespace

}  // namespace pgdrill::doctor
