// Undo by deleting what a run created. Already gone is success; done when it is seen to be gone.
#include "harness/engine/undo_records.hpp"

namespace pgdrill::engine {

namespace {

constexpr Duration longest_deletion = std::chrono::seconds(60);

class DeleteObject : public UndoKind {
 public:
  Task<Result<>> undo(UndoContext& context, json::object const& record) override {
    CO_TRY(RecordedObject const object, recorded_object(record));
    Result<> const removed = co_await context.kube->remove(object.ref());
    if (!removed && removed.error().kind != ErrorKind::not_found) co_return removed;
    if (!removed) co_return Result<>();
    co_return co_await kube::wait_gone(*context.kube, object.ref(), longest_deletion);
  }
};

RegisterUndo<DeleteObject> const registered("delete-object");

}  // namespace

}  // namespace pgdrill::engine
