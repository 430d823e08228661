// The undo records that steps and probes share, so that their shape stands in one place. Records are read
// back by `pgdrill cleanup`, perhaps by a later version: fields are added, never renamed.
//
//   delete-object  {object}                 object = {group, version, plural, kind, namespace, name}
//   patch-object   {object, patch}          a JSON merge patch that puts former values back
//   drop-schema    {cluster, database, schema}
#pragma once
#include "harness/engine/undo.hpp"
#include "harness/kube/resource.hpp"

namespace pgdrill::engine {

/// "delete Cluster develop/orders-r1": for what a step creates; announced before it is created.
[[nodiscard]] UndoRecord undo_by_delete(kube::ObjectRef const& object);
/// `former` holds the fields to be put back, in the shape of a merge patch (null for those that did not
/// exist).
[[nodiscard]] UndoRecord undo_by_patch(kube::ObjectRef const& object, json::object former,
                                       std::string summary);
[[nodiscard]] UndoRecord undo_by_drop_schema(std::string const& cluster, std::string const& database,
                                             std::string const& schema);

/// The object of a record, with texts that live as long as the value. Error invalid.
struct RecordedObject {
  std::string group, version, plural, kind;
  std::string ns, name;
  /// Refers to this object's texts.
  [[nodiscard]] kube::ObjectRef ref() const {
    return {{group, version, plural, kind, !ns.empty()}, ns, name};
  }
};
[[nodiscard]] Result<RecordedObject> recorded_object(json::object const& record);

}  // namespace pgdrill::engine
