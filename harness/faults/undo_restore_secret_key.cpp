// Undo by copying a Secret's key back from a copy in another Secret, so that no record ever holds a secret.
#include "harness/engine/undo_records.hpp"
#include "harness/faults/withheld.hpp"

namespace pgdrill::faults {

namespace {

class RestoreSecretKey final : public engine::UndoKind {
 public:
  Task<Result<>> undo(engine::UndoContext& context, json::object const& record) override {
    json::value const whole(record);
    kube::ObjectRef const secret{kube::secret_type, context.ns, get_string(whole, "secret")};
    kube::ObjectRef const copy{kube::secret_type, context.ns, get_string(whole, "copy")};
    std::string const key = get_string(whole, "key");
    if (secret.name.empty() || copy.name.empty() || key.empty()) {
      co_return fail(
          {.kind = ErrorKind::invalid, .what = "cannot read an undo record", .why = "it names no Secret"});
    }
    Result<json::value> const kept = co_await context.kube->get(copy);
    // The copy is made before the key is changed and goes after it is put back.
    if (!kept && kept.error().kind == ErrorKind::not_found) co_return Result<>();
    if (!kept) co_return fail(kept.error());
    json::value const* const former = find(*kept, "data.former");
    if (former == nullptr) {
      co_return fail({.kind = ErrorKind::invalid,
                      .what = "cannot put a key back",
                      .where = copy.text(),
                      .why = "it has no key 'former'"});
    }
    json::object const patch{{"data", {{key, *former}}}};
    Result<json::value> const patched = co_await context.kube->patch(secret, kube::PatchType::merge, patch);
    if (!patched && patched.error().kind != ErrorKind::not_found) co_return fail(patched.error());
    if (std::string const cluster = get_string(whole, "cluster"); !cluster.empty()) {
      kube::ObjectRef const ref{kube::cluster_type, context.ns, cluster};
      Result<json::value> const told =
          co_await context.kube->patch(ref, kube::PatchType::merge, withheld_annotation(nullptr));
      if (!told && told.error().kind != ErrorKind::not_found) co_return fail(told.error());
    }
    Result<> const removed = co_await context.kube->remove(copy);
    if (!removed && removed.error().kind != ErrorKind::not_found) co_return removed;
    co_return Result<>();
  }
};

engine::RegisterUndo<RestoreSecretKey> const registered("restore-secret-key");

}  // namespace

}  // namespace pgdrill::faults
