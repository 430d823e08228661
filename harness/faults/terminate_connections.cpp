// terminate-connections: the server ends every connection that clients hold (pg_terminate_backend, PostgreSQL
// 15, 9.27.2), as an administrator or a proxy's restart does.
#include "harness/base/text.hpp"
#include "harness/engine/registry.hpp"

namespace pgdrill::faults {

namespace {

using engine::RunContext;
using scenario::StepSpec;

constexpr std::uint16_t postgres_port = 5432;

class TerminateConnections final : public engine::Fault {
 public:
  static scenario::Declaration describe() {
    return {.name = "terminate-connections",
            .summary = "Ends every client connection to the target database at once",
            .parameters = {{"service", scenario::ParameterType::text, false, "",
                            "The Service that they came through; default: the target's."}},
            .permissions = {{"postgresql.cnpg.io", {"clusters"}, {"get"}},
                            {"", {"services"}, {"get"}},
                            {"", {"pods"}, {"get", "list"}},
                            {"", {"pods/exec"}, {"get", "create"}}},
            .effect = "pg_terminate_backend for the client backends of the database",
            .witness = "the processes that served them are no more in pg_stat_activity",
            .undo = "nothing: clients connect again",
            .longest = std::chrono::seconds(30)};
  }

  Task<Result<engine::FaultTarget>> prepare(RunContext& context, StepSpec const& spec) override {
    CO_TRY(cluster_, co_await cluster_behind(context, spec));
    CO_TRY(
        std::string const answer,
        co_await ask(context,
                     "SELECT coalesce(string_agg(pid::text, ','), '') FROM pg_stat_activity WHERE datname = "
                     "current_database() AND backend_type = 'client backend' AND pid <> pg_backend_pid()"));
    processes_ = std::string(trim(answer));
    if (processes_.empty()) {
      co_return fail({.kind = ErrorKind::not_found,
                      .what = "there is no connection to end",
                      .where = "database " + context.target.database});
    }
    co_return engine::FaultTarget{.text = "processes " + processes_ + " of Cluster " + cluster_};
  }

  Task<Result<>> apply(RunContext& context, StepSpec const& spec) override {
    static_cast<void>(spec);
    CO_TRY_VOID(co_await ask(context,
                             "SELECT count(pg_terminate_backend(pid)) FROM pg_stat_activity WHERE pid "
                             "IN (" +
                                 processes_ + ") AND backend_type = 'client backend'"));
    co_return Result<>();
  }

  Task<Result<engine::Witness>> witness(RunContext& context, StepSpec const& spec) override {
    static_cast<void>(spec);
    std::string left = processes_;
    while (left != "0") {
      CO_TRY(left, co_await ask(context,
                                "SELECT count(*) FROM pg_stat_activity WHERE pid IN (" + processes_ + ")"));
    }
    co_return engine::Witness{.seen = true,
                              .channel = "pg_stat_activity",
                              .expected = "none of processes " + processes_,
                              .observed = "none"};
  }

 private:
  /// The Cluster that the Service leads to at this moment: after a cut-over, the restored one.
  static Task<Result<std::string>> cluster_behind(RunContext& context, StepSpec const& spec) {
    std::string service = spec.parameters.text("service");
    if (service.empty()) service = context.target.service;
    CO_TRY(kube::PodTarget const pod,
           co_await kube::select_pod(*context.kube, context.target.ns, service, postgres_port));
    CO_TRY(json::value const object,
           co_await context.kube->get({kube::pod_type, context.target.ns, pod.pod}));
    std::string cluster = kube::label_of(object, "cnpg.io/cluster");
    if (!cluster.empty()) co_return cluster;
    co_return fail({.kind = ErrorKind::not_found,
                    .what = "there is no connection to end",
                    .where = "Pod " + context.target.ns + "/" + pod.pod,
                    .why = "it belongs to no Cluster"});
  }

  Task<Result<std::string>> ask(RunContext& context, std::string sql) {
    CO_TRY(std::string const answer,
           co_await context.databases.superuser(cluster_, context.target.database, sql));
    co_return std::string(trim(answer));
  }
  std::string cluster_;
  std::string processes_;
};

engine::RegisterFault<TerminateConnections> const registered;

}  // namespace

}  // namespace pgdrill::faults
