// cut-over: leads the application's Service to the restored Cluster, and waits until a new connection lands
// there.
#include "harness/cnpg/cluster_view.hpp"
#include "harness/engine/facts.hpp"
#include "harness/engine/undo_records.hpp"
#include "harness/postgres/connection.hpp"
#include "harness/steps/support.hpp"

namespace pgdrill::steps {

namespace {

constexpr std::string_view cluster_key = "cnpg.io/cluster";
constexpr Duration attempt_limit = std::chrono::seconds(2);
constexpr Duration between_attempts = std::chrono::milliseconds(100);
/// CNPG sets cluster_name to the Cluster's name (cnpg: pkg/postgres/configuration.go).
constexpr char const* whose_sql = "SELECT current_setting('cluster_name')";

json::object selector_patch(json::value cluster) {
  return {{"spec", {{"selector", {{cluster_key, std::move(cluster)}}}}}};
}

class CutOver : public engine::Step {
 public:
  static scenario::Declaration describe() {
    return {
        .name = "cut-over",
        .summary = "Lead the application's Service to the restored Cluster",
        .parameters = {{.name = "service", .help = "The Service; default: the scenario's target service."}},
        .permissions = {{"", {"services"}, {"get", "patch"}}},
        .effect = "changes cnpg.io/cluster in the Service's selector",
        .witness = "a new connection through the Service lands on the restored Cluster",
        .undo = "puts the former selector back"};
  }

  Task<Result<StepOutcome>> run(RunContext& context, StepSpec const& spec) override {
    CO_TRY(std::string const cluster, restored_cluster(context));
    std::string service = spec.parameters.text("service");
    if (service.empty()) service = context.target.service;
    kube::ObjectRef const ref{kube::service_type, context.target.ns, service};
    CO_TRY(json::value const object, co_await context.kube->get(ref));
    json::value const* const former = member(find(object, "spec.selector"), cluster_key);
    if (former == nullptr) {
      co_return fail(
          {.kind = ErrorKind::refused,
           .what = "cannot cut over",
           .where = ref.text(),
           .why = "its selector has no cnpg.io/cluster",
           .todo =
               "let the application connect through a Service of its own that selects by cnpg.io/cluster"});
    }
    std::string const summary =
        "put the selector of " + ref.text() + " back to " + std::string(former->as_string());
    CO_TRY_VOID(co_await context.undo.announce(engine::undo_by_patch(ref, selector_patch(*former), summary)));
    CO_TRY_VOID(
        co_await context.kube->patch(ref, kube::PatchType::merge, selector_patch(json::value(cluster))));
    context.mark("cut-over", spec.id, ref.text() + " selects Cluster " + cluster);
    CO_TRY(std::string const seen, co_await wait_until_there(context, service, cluster));
    context.mark("reconnected", spec.id, "a new connection through " + service);
    context.journal.write("witness", {{"subject", spec.id},
                                      {"status", "seen"},
                                      {"channel", "cluster_name of a new connection through the Service"},
                                      {"expected", cluster},
                                      {"observed", seen},
                                      {"detail", ""}});
    co_return StepOutcome{.outputs = {{"service", service}, {"cluster", cluster}}};
  }

 private:
  /// The step's own timeout bounds it.
  static Task<Result<std::string>> wait_until_there(RunContext& context, std::string service,
                                                    std::string cluster) {
    CO_TRY(postgres::ConnectionParameters const parameters,
           co_await context.databases.reach(service, context.target.secret, context.target.database));
    while (true) {
      Result<std::string> const seen = co_await whose(parameters);
      if (seen && *seen == cluster) co_return *seen;
      co_await sleep_for(between_attempts);
    }
  }

  static Task<Result<std::string>> whose(postgres::ConnectionParameters parameters) {
    CO_TRY(std::unique_ptr<postgres::AsyncConnection> const connection,
           co_await postgres::AsyncConnection::connect(std::move(parameters), attempt_limit));
    std::vector<std::optional<std::string>> const none;
    CO_TRY(postgres::Rows const rows, co_await connection->query(whose_sql, none, attempt_limit));
    co_return rows.scalar();
  }
};

engine::RegisterStep<CutOver> const registered;

}  // namespace

}  // namespace pgdrill::steps
