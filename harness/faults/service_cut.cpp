// service-cut: the Service selects no pod any more: clients reach nothing, while the database is well.
#include "harness/engine/registry.hpp"
#include "harness/engine/undo_records.hpp"

namespace pgdrill::faults {

namespace {

using engine::RunContext;
using scenario::StepSpec;

constexpr std::string_view nobody = "pgdrill.io/nobody";
constexpr std::uint16_t postgres_port = 5432;
constexpr Duration look_interval = std::chrono::milliseconds(50);

class ServiceCut final : public engine::Fault {
 public:
  static scenario::Declaration describe() {
    return {.name = "service-cut",
            .summary = "Cuts the application's Service off: it selects no pod",
            .parameters = {{"service", scenario::ParameterType::text, false, "",
                            "Default: the target's service."}},
            .permissions = {{"", {"services"}, {"get", "patch"}}, {"", {"pods"}, {"get", "list"}}},
            .effect = "adds a label to the Service's selector that no pod has",
            .witness = "no ready pod has the labels that the Service selects",
            .undo = "puts the former selector back",
            .longest = std::chrono::seconds(30),
            .lasting = true};
  }

  bool early() const override { return true; }

  Task<Result<engine::FaultTarget>> prepare(RunContext& context, StepSpec const& spec) override {
    std::string service = spec.parameters.text("service");
    if (service.empty()) service = context.target.service;
    ref_ = {kube::service_type, context.target.ns, service};
    CO_TRY(json::value const object, co_await context.kube->get(ref_));
    json::object former{{"spec", {{"selector", {{nobody, nullptr}}}}}};
    co_return engine::FaultTarget{
        .text = ref_.text() + " (uid " + kube::uid_of(object) + ")",
        .undo = {
            engine::undo_by_patch(ref_, std::move(former), "let " + ref_.text() + " select its pods again")}};
  }

  Task<Result<>> apply(RunContext& context, StepSpec const& spec) override {
    static_cast<void>(spec);
    json::object const patch{{"spec", {{"selector", {{nobody, context.run_id}}}}}};
    CO_TRY_VOID(co_await context.kube->patch(ref_, kube::PatchType::merge, patch));
    co_return Result<>();
  }

  Task<Result<engine::Witness>> witness(RunContext& context, StepSpec const& spec) override {
    static_cast<void>(spec);
    while (true) {
      Result<kube::PodTarget> const chosen =
          co_await kube::select_pod(*context.kube, context.target.ns, ref_.name, postgres_port);
      if (!chosen && chosen.error().code == "NoPodReady") break;
      if (!chosen && chosen.error().kind == ErrorKind::not_found) co_return fail(chosen.error());
      co_await sleep_for(look_interval);
    }
    co_return engine::Witness{
        .seen = true, .channel = "pods that the Service selects", .expected = "none", .observed = "none"};
  }

 private:
  kube::ObjectRef ref_;
};

engine::RegisterFault<ServiceCut> const registered;

}  // namespace

}  // namespace pgdrill::faults
