// Undo by putting former values back into an object. An object that is gone needs nothing put back; done when
// the object is read again and has the values.
#include "harness/engine/undo_records.hpp"

namespace pgdrill::engine {

namespace {

/// True when a merge patch would change nothing (RFC 7386), but for empty maps: the API server leaves them
/// out, so that an object without annotations has none of those that the patch takes away.
bool already_there(json::value const& object, json::value const& patch) {
  if (!patch.is_object()) return object == patch;
  static json::value const nothing = json::object();
  for (auto const& field : patch.get_object()) {
    json::value const* const current = member(&object, field.key());
    if (field.value().is_null()) {
      if (current != nullptr && !current->is_null()) return false;
    } else if (current == nullptr && !field.value().is_object()) {
      return false;
    } else if (!already_there(current == nullptr ? nothing : *current, field.value())) {
      return false;
    }
  }
  return true;
}

class PatchObject : public UndoKind {
 public:
  Task<Result<>> undo(UndoContext& context, json::object const& record) override {
    CO_TRY(RecordedObject const object, recorded_object(record));
    json::value const* const patch = record.if_contains("patch");
    if (patch == nullptr) {
      co_return fail(
          {.kind = ErrorKind::invalid, .what = "cannot read an undo record", .why = "it has no patch"});
    }
    Result<json::value> const patched =
        co_await context.kube->patch(object.ref(), kube::PatchType::merge, *patch);
    if (!patched && patched.error().kind == ErrorKind::not_found) co_return Result<>();
    if (!patched) co_return tl::make_unexpected(patched.error());
    Result<json::value> const now = co_await context.kube->get(object.ref());
    if (!now) co_return tl::make_unexpected(now.error());
    if (already_there(*now, *patch)) co_return Result<>();
    co_return fail({.kind = ErrorKind::conflict,
                    .what = "former values do not stay",
                    .where = object.ref().text(),
                    .why = "somebody else changes them back"});
  }
};

RegisterUndo<PatchObject> const registered("patch-object");

}  // namespace

}  // namespace pgdrill::engine
