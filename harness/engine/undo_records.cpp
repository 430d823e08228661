#include "harness/engine/undo_records.hpp"

namespace pgdrill::engine {

namespace {

json::object object_json(kube::ObjectRef const& object) {
  return {{"group", object.type.group}, {"version", object.type.version}, {"plural", object.type.plural},
          {"kind", object.type.kind},   {"namespace", object.ns},         {"name", object.name}};
}

}  // namespace

UndoRecord undo_by_delete(kube::ObjectRef const& object) {
  return {.kind = "delete-object",
          .summary = "delete " + object.text(),
          .record = {{"object", object_json(object)}}};
}

UndoRecord undo_by_patch(kube::ObjectRef const& object, json::object former, std::string summary) {
  return {.kind = "patch-object",
          .summary = std::move(summary),
          .record = {{"object", object_json(object)}, {"patch", std::move(former)}}};
}

UndoRecord undo_by_drop_schema(std::string const& cluster, std::string const& database,
                               std::string const& schema) {
  return {.kind = "drop-schema",
          .summary = "drop schema " + schema + " in database " + database + " of Cluster " + cluster,
          .record = {{"cluster", cluster}, {"database", database}, {"schema", schema}}};
}

Result<RecordedObject> recorded_object(json::object const& record) {
  json::value const* const value = record.if_contains("object");
  RecordedObject object;
  if (value != nullptr) {
    object = {get_string(*value, "group"), get_string(*value, "version"),   get_string(*value, "plural"),
              get_string(*value, "kind"),  get_string(*value, "namespace"), get_string(*value, "name")};
  }
  if (object.plural.empty() || object.name.empty()) {
    return fail(
        {.kind = ErrorKind::invalid, .what = "cannot read an undo record", .why = "it names no object"});
  }
  return object;
}

}  // namespace pgdrill::engine
