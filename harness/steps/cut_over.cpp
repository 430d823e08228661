// Leads the application to the restored Cluster: its Service selects the other Cluster's primary.
#include "harness/engine/facts.hpp"
#include "harness/engine/permissions.hpp"
#include "harness/engine/undo_records.hpp"
#include "harness/steps/waiting.hpp"

namespace pgdrill::steps {

namespace {

using engine::RunContext;
using engine::StepOutcome;
using scenario::ParameterType;

constexpr char const* selector_key = "cnpg.io/cluster";
constexpr auto one_attempt = std::chrono::seconds(3);

class CutOver final : public engine::Step {
 public:
  static scenario::Declaration describe() {
    return {
        .name = "cut-over",
        .summary = "Leads the application's Service to the restored Cluster",
        .parameters =
            {{"service", ParameterType::text, false, "", "default: the target's service"},
             {"heartbeat", ParameterType::text, false, "heartbeat",
              "the probe that tells when clients are connected again"},
             {"disconnect", ParameterType::boolean, false, "true",
              "ends the connections that clients hold to the old Cluster, so that none goes on using it"}},
        .permissions = engine::together({{{"", {"services"}, {"get", "patch"}}},
                                         engine::superuser_permissions(),
                                         engine::database_permissions()}),
        .effect = "patches the Service's selector, ends connections to the old Cluster",
        .witness = "the database behind the Service names the restored Cluster",
        .undo = "puts the former selector back",
        .marks = {"cut-over", "reconnected"}};
  }

  Task<Result<StepOutcome>> run(RunContext& context, scenario::StepSpec const& spec) override {
    TimeLeft const time(spec.timeout);
    std::string service = spec.parameters.text("service");
    if (service.empty()) service = context.target.service;
    auto const restored = context.facts.find(std::string(engine::facts::restore));
    if (restored == context.facts.end()) {
      co_return fail({.kind = ErrorKind::refused,
                      .what = "cannot cut over",
                      .where = spec.location.text(),
                      .why = "no step has restored a Cluster"});
    }
    std::string const cluster = get_string(restored->second, "cluster");
    CO_TRY_VOID(co_await patch(context, service, cluster));
    std::int64_t const cut = context.journal.elapsed_ns();
    context.mark("cut-over", spec.id, "Service " + service, "", cluster);
    if (spec.parameters.boolean("disconnect")) CO_TRY_VOID(co_await disconnect_clients(context));
    CO_TRY_VOID(co_await wait_arrived(context, spec.id, service, cluster, time));
    CO_TRY_VOID(co_await wait_reconnected(context, spec, cut, time));
    // The damaged one is the past: what comes next is done to the Cluster that clients use.
    if (service == context.target.service) context.target.cluster = cluster;
    co_return StepOutcome{.passed = true, .outputs = {{"service", service}, {"cluster", cluster}}};
  }

 private:
  static Task<Result<>> patch(RunContext& context, std::string service, std::string cluster) {
    kube::ObjectRef const ref{kube::service_type, context.target.ns, service};
    CO_TRY(json::value const object, co_await context.kube->get(ref));
    json::value const* const former = member(find(object, "spec.selector"), selector_key);
    if (former == nullptr || !former->is_string()) {
      co_return fail({.kind = ErrorKind::refused,
                      .what = "cannot cut over",
                      .where = ref.text(),
                      .why = "its selector does not name a Cluster by " + std::string(selector_key),
                      .todo = "use a Service of the application's own, with that selector"});
    }
    json::object const back{{"spec", {{"selector", {{selector_key, *former}}}}}};
    json::object const there{{"spec", {{"selector", {{selector_key, cluster}}}}}};
    std::string const summary =
        "lead " + ref.text() + " back to Cluster " + std::string(former->get_string());
    CO_TRY_VOID(co_await context.undo.announce(engine::undo_by_patch(ref, back, summary)));
    CO_TRY_VOID(co_await context.kube->patch(ref, kube::PatchType::merge, there));
    co_return Result<>();
  }

  /// A changed selector leads new connections only: a pool would go on with the damaged database for as long
  /// as it keeps its own.
  static Task<Result<>> disconnect_clients(RunContext& context) {
    std::string const sql =
        "SELECT count(pg_terminate_backend(pid)) FROM pg_stat_activity WHERE backend_type = 'client backend' "
        "AND pid <> pg_backend_pid() AND datname = " +
        postgres::quote_literal(context.target.database);
    CO_TRY_VOID(co_await context.databases.superuser(context.target.cluster, "postgres", sql));
    co_return Result<>();
  }

  static Task<Result<std::string>> cluster_behind(RunContext& context, std::string service) {
    CO_TRY(postgres::ConnectionParameters parameters,
           co_await context.databases.reach(service, context.target.secret, context.target.database));
    CO_TRY(auto const connection,
           co_await postgres::AsyncConnection::connect(std::move(parameters), one_attempt));
    CO_TRY(postgres::Rows const rows,
           co_await connection->query("SELECT current_setting('cluster_name')", {}, one_attempt));
    co_return rows.scalar();
  }

  /// Witness: asked through the Service, the database says whose it is.
  static Task<Result<>> wait_arrived(RunContext& context, std::string step, std::string service,
                                     std::string cluster, TimeLeft time) {
    context.waiting(step, "Service " + service + " to lead to Cluster " + cluster,
                    "endpoints follow the changed selector");
    while (true) {
      Result<std::string> const behind = co_await cluster_behind(context, service);
      bool const arrived = behind && *behind == cluster;
      std::string const observed = behind ? *behind : ::pgdrill::describe(behind.error());
      if (arrived || time.over()) {
        context.witness(step, {.seen = arrived,
                               .channel = "SQL through Service " + service,
                               .expected = cluster,
                               .observed = observed});
      }
      if (arrived) co_return Result<>();
      if (time.over()) {
        co_return waited_too_long("the Service does not lead to Cluster " + cluster, "Service " + service,
                                  "it leads to: " + observed);
      }
      co_await sleep_for(poll_interval);
    }
  }

  /// A client is connected again when a call that began after the cut-over is answered.
  static Task<Result<>> wait_reconnected(RunContext& context, scenario::StepSpec const& spec,
                                         std::int64_t cut, TimeLeft time) {
    std::string const probe = spec.parameters.text("heartbeat");
    std::string const fact = engine::facts::last_sample(probe);
    if (!context.facts.contains(fact)) {
      context.mark("reconnected", spec.id, "pgdrill");
      co_return Result<>();
    }
    context.waiting(spec.id, "probe " + probe + " to be answered again", "clients connect anew");
    while (true) {
      json::value const last = context.facts[fact];
      if (get_string(last, "status") == "right" && get_int(last, "t_ns") > cut) break;
      if (time.over()) {
        co_return waited_too_long("clients do not connect again", "probe " + probe,
                                  "its last answer was " + get_string(last, "status"));
      }
      co_await sleep_for(poll_interval / 5);
    }
    context.mark("reconnected", spec.id, "probe " + probe);
    co_return Result<>();
  }
};

engine::RegisterStep<CutOver> const registered;

}  // namespace

}  // namespace pgdrill::steps
