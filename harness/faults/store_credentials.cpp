// store-credentials: the object store refuses the Cluster: its Secret holds another key. WAL is archived no
// more, and a restore cannot read its backup. An instance reads the Secret when its Cluster changes, so that
// an annotation on the Cluster goes with the key.
#include "harness/base/text.hpp"
#include "harness/engine/registry.hpp"
#include "harness/engine/undo_records.hpp"
#include "harness/faults/withheld.hpp"

namespace pgdrill::faults {

namespace {

using engine::RunContext;
using scenario::StepSpec;

constexpr Duration look_interval = std::chrono::milliseconds(200);
constexpr int looks_per_segment = 10;

/// What stands in the Secret meanwhile: base64 of "pgdrill: withheld".
constexpr std::string_view withheld = "cGdkcmlsbDogd2l0aGhlbGQ=";

class StoreCredentials final : public engine::Fault {
 public:
  static scenario::Declaration describe() {
    return {
        .name = "store-credentials",
        .summary = "Takes the object store away: the Secret with its credentials holds a wrong key",
        .parameters = {{"cluster", scenario::ParameterType::text, false, "",
                        "The Cluster whose store it is; default: the target."}},
        .permissions = {{"postgresql.cnpg.io", {"clusters"}, {"get", "patch"}},
                        {"", {"secrets"}, {"get", "create", "patch", "delete"}},
                        {"", {"pods/exec"}, {"get", "create"}}},
        .effect =
            "patches the key spec.backup.barmanObjectStore.s3Credentials.secretAccessKey in its Secret, and "
            "annotates the Cluster so that its instances read it",
        .witness = "pg_stat_archiver.failed_count rises",
        .undo = "copies the former key back from a Secret of the run, then deletes that",
        .longest = std::chrono::minutes(2),
        .lasting = true};
  }

  bool early() const override { return true; }

  Task<Result<engine::FaultTarget>> prepare(RunContext& context, StepSpec const& spec) override {
    std::string const& ns = context.target.ns;
    cluster_ = spec.parameters.text("cluster");
    if (cluster_.empty()) cluster_ = context.target.cluster;
    CO_TRY(json::value const cluster, co_await context.kube->get({kube::cluster_type, ns, cluster_}));
    std::string const path = "spec.backup.barmanObjectStore.s3Credentials.secretAccessKey";
    secret_ = {kube::secret_type, ns, get_string(cluster, path + ".name")};
    key_ = get_string(cluster, path + ".key");
    if (secret_.name.empty() || key_.empty()) {
      co_return fail({.kind = ErrorKind::not_found,
                      .what = "there are no credentials to withhold",
                      .where = "Cluster " + ns + "/" + cluster_,
                      .why = path + " is not given"});
    }
    CO_TRY(json::value const object, co_await context.kube->get(secret_));
    json::value const* const data = member(find(object, "data"), key_);
    if (data == nullptr || !data->is_string()) {
      co_return fail({.kind = ErrorKind::not_found,
                      .what = "there are no credentials to withhold",
                      .where = secret_.text(),
                      .why = "it has no key '" + key_ + "'"});
    }
    former_ = *data;
    copy_ = {kube::secret_type, ns, engine::name_for_run("pgdrill-withheld", context.run_id)};
    json::object record{{"secret", secret_.name}, {"key", key_}, {"copy", copy_.name}, {"cluster", cluster_}};
    co_return engine::FaultTarget{.text = secret_.text() + " key " + key_,
                                  .undo = {{.kind = "restore-secret-key",
                                            .summary = "put key " + key_ + " of " + secret_.text() + " back",
                                            .record = std::move(record)}}};
  }

  Task<Result<>> apply(RunContext& context, StepSpec const& spec) override {
    static_cast<void>(spec);
    CO_TRY(failures_before_, co_await failures(context));
    // The copy is the only way back: it is there before the key is not.
    kube::Object copy{
        {"metadata", {{"name", copy_.name}, {"labels", {{std::string(engine::run_label), context.run_id}}}}},
        {"data", {{"former", former_}}}};
    CO_TRY_VOID(co_await context.kube->create(kube::secret_type, copy_.ns, std::move(copy)));
    json::object const patch{{"data", {{key_, withheld}}}};
    CO_TRY_VOID(co_await context.kube->patch(secret_, kube::PatchType::merge, patch));
    CO_TRY_VOID(co_await context.kube->patch({kube::cluster_type, secret_.ns, cluster_},
                                             kube::PatchType::merge,
                                             withheld_annotation(json::value(context.run_id))));
    co_return Result<>();
  }

  Task<Result<engine::Witness>> witness(RunContext& context, StepSpec const& spec) override {
    static_cast<void>(spec);
    std::int64_t now = failures_before_;
    for (int look = 0; now <= failures_before_; ++look) {
      if (look % looks_per_segment == 0) CO_TRY_VOID(co_await write_segment(context));
      co_await sleep_for(look_interval);
      CO_TRY(now, co_await failures(context));
    }
    co_return engine::Witness{.seen = true,
                              .channel = "pg_stat_archiver of Cluster " + cluster_,
                              .expected = "failed_count above " + std::to_string(failures_before_),
                              .observed = std::to_string(now)};
  }

 private:
  /// Without a segment to archive nothing would fail; the instance may take the first ones to the store
  /// before it has seen its new Secret. A segment in which nothing was written is not switched.
  Task<Result<>> write_segment(RunContext& context) {
    CO_TRY_VOID(co_await context.databases.superuser(
        cluster_, "postgres", "SELECT pg_logical_emit_message(false, 'pgdrill', ''), pg_switch_wal()"));
    co_return Result<>();
  }

  Task<Result<std::int64_t>> failures(RunContext& context) {
    CO_TRY(std::string const answer, co_await context.databases.superuser(
                                         cluster_, "postgres", "SELECT failed_count FROM pg_stat_archiver"));
    co_return std::stoll(answer);
  }

  std::string cluster_;
  kube::ObjectRef secret_;
  kube::ObjectRef copy_;
  std::string key_;
  json::value former_;
  std::int64_t failures_before_ = 0;
};

engine::RegisterFault<StoreCredentials> const registered;

}  // namespace

}  // namespace pgdrill::faults
